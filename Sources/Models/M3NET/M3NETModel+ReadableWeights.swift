import ConversationModels
import Conversations

extension M3NETModel {
    /// Text layers, the gates of the graph of many frequencies, the hypergraph and the head.
    public var readableWeights: [ReadableWeights] {
        let text = settings.modalities.contains(.text) ? parameters.textLayers : nil
        let head = parameters.parts(
            of: "classify.weight", "Classifier: its streams",
            settings.modalities.streamNames.flatMap { name in
                ["hypergraph", "frequencies"].map { ("\(name), \($0)", settings.hiddenSize) }
            },
            meaning:
                "The classifier reads, for each modality, what the hypergraph and what the graph of many frequencies made of it. Shown is how "
                + "large its weights on each are. What they multiply may be larger in one than in another, so that this is a part of their "
                + "influence and not all of it.")
        return [text].compactMap { $0 } + parameters.gates("gates.", "Frequencies")
            + [parameters.positions(""), head].compactMap { $0 }
    }
}
