import FeatureStore
import VUEMO

/// Makes the model that a configuration and a store describe.
enum ModelSetup {
    /// A freshly initialised model.
    ///
    /// The released variant has one weight per position in a batch. How many there are follows from `parameterFile` where one is given,
    /// otherwise from the largest batch that can be drawn from the store.
    static func model(
        for store: Store, features: FeatureSelection, configuration: RunConfiguration, parameterFile: String?
    ) throws -> VUEMOModel {
        // The norms of the text layers are parameters even where text is not used, as in the reference.
        let text = FeatureSelection.textLayers(store.features(of: .text))
        var model = VUEMOConfiguration(
            textWidth: text.first?.width ?? 0, textLayers: text.count, audioWidth: features.audio?.width ?? 0,
            visualWidth: features.visual?.width ?? 0, classes: store.labelNames.count,
            speakers: store.speakerNames.count)
        let settings = configuration.model
        model.modalities = settings.modalities
        model.hiddenSize = settings.hiddenSize
        model.vueLayers = settings.vueLayers
        model.hypergraphLayers = settings.hypergraphLayers
        model.dropout = Float(settings.dropout)
        model.textNorm = settings.textNorm
        model.projectText = settings.projectText
        model.speakerEmbedding = settings.speakerEmbedding
        model.variant = settings.variant
        let largest = largestBatch(of: store, configuration)
        model.maximumHyperedges = model.hyperedgeCount(dialogues: largest.dialogues, utterances: largest.utterances)
        model.maximumNodes = model.nodeCount(utterances: largest.utterances)
        if settings.variant == .released, let file = parameterFile {
            // Where the file lacks them, loading will say so together with everything else.
            let hyperedges = try CheckpointFile.count(ofParameter: "lgl.hyperedge_weight", in: file)
            let nodes = try CheckpointFile.count(ofParameter: "lgl.node_weight", in: file)
            model.maximumHyperedges = hyperedges ?? model.maximumHyperedges
            model.maximumNodes = nodes ?? model.maximumNodes
        }
        return VUEMOModel(model, seed: configuration.training.seed)
    }

    /// The longest dialogues together: no batch has more hyperedges or nodes.
    private static func largestBatch(
        of store: Store, _ configuration: RunConfiguration
    ) -> (dialogues: Int, utterances: Int) {
        let longest = store.dialogues.map(\.range.count).sorted(by: >).prefix(configuration.training.batchSize)
        return (longest.count, longest.reduce(0, +))
    }

    /// Makes sure, before anything is computed, that no batch of any epoch outgrows the positional weights of `model`: the order of
    /// dialogues is known in advance.
    /// - Throws: `TrainingError` naming the first batch that would.
    static func checkPositionalWeights(
        of model: VUEMOModel, store: Store, splits: TrainingSplits, configuration: RunConfiguration
    ) throws(TrainingError) {
        guard configuration.model.variant == .released else { return }
        func check(_ batches: [[Int]], _ place: String) throws(TrainingError) {
            for (number, batch) in batches.enumerated() {
                let utterances = batch.reduce(0) { $0 + store.dialogues[$1].range.count }
                let hyperedges = model.configuration.hyperedgeCount(dialogues: batch.count, utterances: utterances)
                let nodes = model.configuration.nodeCount(utterances: utterances)
                let capacity = (model.configuration.maximumHyperedges, model.configuration.maximumNodes)
                guard hyperedges <= capacity.0, nodes <= capacity.1 else {
                    throw TrainingError(
                        .configuration,
                        "batch \(number + 1) of \(place) has \(hyperedges) hyperedges and \(nodes) nodes, but the initial parameters hold "
                            + "weights for \(capacity.0) and \(capacity.1); lower training.batchSize or use --variant corrected."
                    )
                }
            }
        }
        let training = configuration.training
        for epoch in 1...(training.shuffle ? training.epochs : 1) {
            try check(splits.batches(epoch: epoch, training), "epoch \(epoch)")
        }
        try check(DialogueOrder.batches(splits.selection, size: training.batchSize), "split \(splits.selectionName)")
        try check(DialogueOrder.batches(splits.test, size: training.batchSize), "split test")
    }
}
