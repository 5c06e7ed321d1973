import Concurrency
import ConversationModels
import FeatureStore
import Optimizers

/// What a run computes with, put together from store and configuration before there is a folder.
struct RunParts {
    let source: MinibatchSource
    let splits: TrainingSplits
    let model: any ConversationModel
    let optimizer: AdamW

    /// - Parameters:
    ///   - parameterFile: decides the number of positional weights, see `ModelSetup`.
    ///   - verify: whether to check the checksums of the features in use.
    init(
        store: Store, configuration: RunConfiguration, parameterFile: String?, verify: Bool,
        observe: (TrainingEvent) -> Void
    ) throws {
        Compute.threads = configuration.training.threads
        let labels = try RunLabels(store: store, data: configuration.data)
        splits = try TrainingSplits(
            store: store, labels: labels, data: configuration.data, protocol: configuration.training.protocol)
        source = try MinibatchSource(store: store, modalities: configuration.modalities, labels: labels)
        try configuration.training.microF1Without.check(against: source.classNames)
        if verify {
            observe(.preparing("checking the features' checksums"))
            try source.verify(splits.train + splits.selection + splits.test)
        }
        model = try ModelSetup.model(
            for: store, features: source.features, labels: labels, configuration: configuration,
            parameterFile: parameterFile)
        optimizer = AdamW(model.parameters, configuration.optimizer)
    }
}

/// Makes the model that a configuration and a store describe.
enum ModelSetup {
    /// A freshly initialised model.
    ///
    /// Some models have one weight per position in a batch. How many there are follows from `parameterFile` where one is given,
    /// otherwise from the largest batch that can be drawn from the store.
    static func model(
        for store: Store, features: FeatureSelection, labels: RunLabels, configuration: RunConfiguration,
        parameterFile: String?
    ) throws -> any ConversationModel {
        guard labels.names.count <= RunData.mostClasses else {
            throw TrainingError(
                .data,
                "\(store.path) has \(labels.names.count) classes and a run takes at most \(RunData.mostClasses): check that its labels are classes of emotion and not numbers or names of something else."
            )
        }
        let shape = RunData(store: store, labels: labels, features: features).shape(
            largestBatch: largestBatch(of: store, size: configuration.training.batchSize))
        if let misfit = configuration.definition.misfit(configuration.model, shape) {
            throw TrainingError(.configuration, misfit + ".")
        }
        return try model(shape, configuration: configuration, parameterFile: parameterFile)
    }

    /// A freshly initialised model of a shape; see above.
    static func model(
        _ shape: DatasetShape, configuration: RunConfiguration, parameterFile: String?
    ) throws -> any ConversationModel {
        let stored = try parameterFile.map(CheckpointFile.parameterCounts) ?? [:]
        return configuration.definition.make(configuration.model, shape, configuration.training.seed) { stored[$0] }
    }

    /// The longest dialogues together: no batch is larger.
    static func largestBatch(of store: Store, size: Int) -> BatchShape {
        let longest = store.dialogues.map(\.range.count).sorted(by: >).prefix(size)
        return BatchShape(dialogues: longest.count, utterances: longest.reduce(0, +))
    }

    /// Makes sure, before anything is computed, that the model can take every batch of every epoch: the order of dialogues is known in
    /// advance.
    /// - Throws: `TrainingError` naming the first batch that it cannot take.
    static func checkBatches(
        of model: any ConversationModel, store: Store, splits: TrainingSplits, configuration: RunConfiguration
    ) throws(TrainingError) {
        func check(_ batches: [[Int]], _ place: String) throws(TrainingError) {
            for (number, batch) in batches.enumerated() {
                let utterances = batch.reduce(0) { $0 + store.dialogues[$1].range.count }
                do {
                    try model.check(BatchShape(dialogues: batch.count, utterances: utterances))
                } catch {
                    throw TrainingError(.configuration, "batch \(number + 1) of \(place) cannot be computed: \(error).")
                }
            }
        }
        let training = configuration.training
        // A model that takes the largest batch takes all others, which need not be drawn then.
        if (try? model.check(largestBatch(of: store, size: training.batchSize))) != nil { return }
        for epoch in 1...(training.shuffle && !training.reseedEachEpoch ? training.epochs : 1) {
            try check(splits.batches(epoch: epoch, training), "epoch \(epoch)")
        }
        try check(DialogueOrder.batches(splits.selection, size: training.batchSize), "split \(splits.selectionName)")
        try check(DialogueOrder.batches(splits.test, size: training.batchSize), "split test")
    }
}
