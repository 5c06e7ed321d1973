import ConversationModels
import Conversations

extension VUEMOModel {
    /// Text layers, the gates and the fusion of VUE, GAI's gate, the hypergraph and the head, as far as the model has them.
    public var readableWeights: [ReadableWeights] {
        let (c, h) = (configuration, configuration.hiddenSize)
        let modalities = c.modalities.streamNames
        let streams = modalities + (c.vue ? ["virtual emotion"] : [])
        // Without text the norms are there and have no part in anything.
        let text = c.modalities.contains(.text) ? parameters.textLayers : nil
        let fusion = parameters.parts(
            of: "vue.fuse.weight", "Virtual emotion: its modalities", modalities.map { ($0, h) },
            meaning:
                "The virtual emotion of an utterance is a linear map of what the graph made of its modalities. Shown is how large the map's "
                + "weights on each modality are. What they multiply may be larger for one modality than for another, so that this is a part "
                + "of a modality's influence and not all of it.")
        let gate = parameters.parts(
            of: "gai.gate.weight", "Global attention: the gate", [("own features", h), ("own + context", h)],
            meaning:
                "A gate decides for each feature how much of the context, to which the own features are added, is let through. Shown is how "
                + "large its weights on the own features and on this sum are: the larger, the more the gate depends on them."
        )
        let hypergraph =
            c.variant == .released
            ? [parameters.positions("lgl.")].compactMap { $0 }
            : parameters.kinds(
                "lgl.", streams: streams,
                hyperedges: LocalGraphLearning.hyperedges(c.modalities, withVUE: c.vue).members)
        let head = parameters.parts(
            of: "classify.weight", "Classifier: its streams", streams.map { ($0, h) },
            meaning:
                "The classifier reads all streams side by side. Shown is how large its weights on each stream are. What they multiply may be "
                + "larger in one stream than in another, so that this is a part of a stream's influence and not all of it."
        )
        return [text].compactMap { $0 } + parameters.gates("vue.gates.", "Virtual emotion")
            + [fusion, gate].compactMap { $0 } + hypergraph + [head].compactMap { $0 }
    }
}
