import Autodiff
import Configuration
import ConversationModels
import Metrics

/// What a model says about the dialogues of a split, without dropout.
struct Evaluation {
    /// Indices into the store's dialogues, in the order of the rows below.
    let dialogues: [Int]
    /// [N × C] row-major, natural logarithms.
    let logProbabilities: [Float]
    /// [N] gold classes, negative where there is none.
    let gold: [Int32]
    /// [N] the most probable class.
    let predicted: [Int32]
    /// The mean of the batches' losses.
    let loss: Double
    let classes: Int

    var metrics: ClassificationMetrics {
        ClassificationMetrics(ConfusionMatrix(classes: classes, gold: gold, predicted: predicted))
    }

    /// Runs the model over `dialogues` in batches of the configured size; nil where `interruption` asked to stop meanwhile.
    ///
    /// The released variant's predictions depend on who shares a batch, so order and size are part of the result.
    /// - Throws: `TrainingError` where log-probabilities are not finite or rows cannot be used; what the store throws.
    static func run(
        _ model: any ConversationModel, source: MinibatchSource, dialogues: [Int], settings: Settings<TrainingKeys>,
        interruption: Interruption?
    ) throws -> Evaluation? {
        let batches = DialogueOrder.batches(dialogues, size: settings.batchSize)
        let classes = source.classes
        let reader = source.stream(batches, prefetch: settings.prefetch)
        var logProbabilities: [Float] = []
        var gold: [Int32] = []
        var predicted: [Int32] = []
        var losses: [Double] = []
        while let batch = try reader.next() {
            if interruption?.isRequested == true { return nil }
            let tape = Tape(mode: .evaluation, recording: false)
            let output = try model.logProbabilities(batch.input, on: tape, stages: nil)
            let loss = settings.loss(output, labels: batch.labels, settings: settings, on: tape).value[0, 0]
            guard loss.isFinite, output.value.isFinite else {
                let what = loss.isFinite ? "a probability became NaN" : "the loss became \(loss)"
                throw TrainingError(
                    .numerics, "\(what) in evaluation; lower optimizer.learningRate and train again.")
            }
            losses.append(Double(loss))
            let rows = output.value.values
            logProbabilities += rows
            gold += batch.labels
            for row in 0..<output.rows {
                let scores = rows[row * classes..<(row + 1) * classes]
                predicted.append(Int32(scores.indices.max { scores[$0] < scores[$1] }! - scores.startIndex))
            }
        }
        return Evaluation(
            dialogues: dialogues, logProbabilities: logProbabilities, gold: gold, predicted: predicted,
            loss: losses.reduce(0, +) / Double(max(1, losses.count)), classes: classes)
    }
}
