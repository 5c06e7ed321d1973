import ConversationModels
import FeatureStore

/// How many numbers a model has. Some models, such as the released variant of VUEMO, have a number for every position of the largest
/// minibatch, so that another batch size, or longer dialogues, make another model.
public struct ModelSize: Equatable, Sendable {
    /// The number of all parameters.
    public var parameters: Int
    /// The largest minibatch that can be drawn from the store, where the number of parameters follows from it.
    public var largestBatch: BatchShape?

    /// - Parameter store: What the model was made for.
    init(_ model: any ConversationModel, store: Store, batchSize: Int) {
        parameters = model.parameters.parameterCount
        // No model says so of itself: one that has just enough for the largest minibatch refuses a larger one.
        let largest = ModelSetup.largestBatch(of: store, size: batchSize)
        let larger = BatchShape(dialogues: largest.dialogues, utterances: largest.utterances + 1)
        func takes(_ shape: BatchShape) -> Bool { (try? model.check(shape)) != nil }
        if takes(largest), !takes(larger) { largestBatch = largest }
    }
}

extension TrainingRun {
    /// How many numbers its model has.
    var size: ModelSize { ModelSize(model, store: store, batchSize: settings.batchSize) }
}
