import ConversationModels
import FeatureStore

/// How many numbers a model has. Some models, such as the released variant of VUEMO, have a number for every position of the largest
/// minibatch, so that another batch size, or longer dialogues, make another model.
public struct ModelSize: Equatable, Sendable {
    /// How large a minibatch is.
    public struct Batch: Codable, Equatable, Sendable {
        /// Dialogues.
        public var dialogues: Int
        /// Utterances of all of them.
        public var utterances: Int
    }

    /// The number of all parameters.
    public var parameters: Int
    /// The largest minibatch that can be drawn from the store, where the number of parameters follows from it.
    public var largestBatch: Batch?

    /// - Parameter isFromFile: whether the parameters came from a file, which then decides how many there are.
    init(
        _ model: any ConversationModel, store: Store, source: MinibatchSource, configuration: RunConfiguration,
        isFromFile: Bool
    ) {
        parameters = model.parameters.parameterCount
        let shape = ModelSetup.shape(
            of: store, features: source.features, labels: source.labels, configuration: configuration)
        func count(_ batch: BatchShape) -> Int {
            var shape = shape
            shape.largestBatch = batch
            return configuration.definition.make(configuration.model, shape, 0) { _ in nil }.parameters.parameterCount
        }
        // No model says so of itself: it is made for the smallest minibatch, and has as many numbers or fewer.
        guard count(BatchShape(dialogues: 1, utterances: 1)) != parameters else { return }
        guard !isFromFile || count(shape.largestBatch) == parameters else { return }
        largestBatch = Batch(dialogues: shape.largestBatch.dialogues, utterances: shape.largestBatch.utterances)
    }
}

extension TrainingRun {
    /// How many numbers its model has.
    var size: ModelSize {
        ModelSize(
            model, store: store, source: source, configuration: record.configuration,
            isFromFile: record.initialParameters != nil)
    }
}
