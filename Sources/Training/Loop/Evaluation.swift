import Autodiff
import Configuration
import ConversationModels
import Conversations
import FeatureStore
import Foundation
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
    /// The classes that micro-F1 leaves out.
    let leftOut: Set<Int>

    var metrics: ClassificationMetrics {
        ClassificationMetrics(ConfusionMatrix(classes: classes, gold: gold, predicted: predicted))
    }
    /// Nil where no utterance has a label.
    var probabilities: ProbabilityMetrics? {
        ProbabilityMetrics(classes: classes, gold: gold, logProbabilities: logProbabilities)
    }

    /// Runs the model over `dialogues` in batches of the configured size; nil where `interruption` asked to stop meanwhile.
    ///
    /// The released variant's predictions depend on who shares a batch, so order and size are part of the result.
    /// - Throws: `TrainingError` where log-probabilities are not finite or rows cannot be used; what the store throws.
    static func run(
        _ model: any ConversationModel, source: MinibatchSource, dialogues: [Int], settings: Settings<TrainingKeys>,
        interruption: Interruption?, profile: PassProfile? = nil
    ) throws -> Evaluation? {
        let batches = DialogueOrder.batches(dialogues, size: settings.batchSize)
        let classes = source.classes
        let reader = source.stream(batches, prefetch: settings.prefetch)
        var logProbabilities: [Float] = []
        var gold: [Int32] = []
        var predicted: [Int32] = []
        var losses: [Double] = []
        while let batch = try reader.next() {
            profile?.lap("minibatch", .data)
            if interruption?.isRequested == true { return nil }
            let tape = Tape(mode: .evaluation, recording: false, profile: profile)
            let output = try model.logProbabilities(batch.input, on: tape, stages: nil)
            let loss = settings.loss(output, labels: batch.labels, settings: settings, on: tape).value[0, 0]
            guard loss.isFinite, output.value.isFinite else {
                let what = loss.isFinite ? "a probability became NaN" : "the loss became \(loss)"
                let operation = model.firstNonFiniteOperation(of: batch, mode: .evaluation) {
                    settings.loss($0, labels: batch.labels, settings: settings, on: $1)
                }
                throw TrainingError(
                    .numerics,
                    "\(what) in evaluation, with the dialogues \(source.ids(of: batch.dialogues))"
                        + (operation.map { " (\($0))" } ?? "") + "; lower optimizer.learningRate and train again.")
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
            loss: losses.reduce(0, +) / Double(max(1, losses.count)), classes: classes,
            leftOut: settings.microF1Without.numbers(among: source.classNames))
    }
}

extension LossFunction {
    /// The loss of log-probabilities [N, C] against labels [N] as a scalar on the tape; rows with negative labels do not count.
    /// - Parameter total: What the labels of all minibatches weigh whose losses are added up; nil for a minibatch of its own.
    func callAsFunction(
        _ logProbabilities: Variable, labels: [Int32], settings: Settings<TrainingKeys>, over total: Double? = nil,
        on tape: Tape
    ) -> Variable {
        switch self {
        case .weightedNLL:
            tape.negativeLogLikelihood(
                logProbabilities, labels: labels, classWeights: settings.classWeights,
                smoothing: settings.labelSmoothing, over: total)
        case .focalReleased:
            tape.releasedFocalLoss(logProbabilities, labels: labels, gamma: settings.focalGamma, over: total)
        case .focal: tape.focalLoss(logProbabilities, labels: labels, gamma: settings.focalGamma, over: total)
        case .crossEntropy:
            tape.negativeLogLikelihood(
                logProbabilities, labels: labels, smoothing: settings.labelSmoothing, over: total)
        }
    }

    /// What labels weigh: the denominator of their loss.
    func weight(of labels: some Sequence<Int32>, settings: Settings<TrainingKeys>, classes: Int) -> Double {
        let labelled = labels.lazy.filter { $0 >= 0 }
        switch self {
        case .weightedNLL:
            let weights = settings.classWeights
            return labelled.reduce(0) { $0 + Double(weights[Int($1)]) }
        case .focalReleased: return Double(labelled.reduce(0) { count, _ in count + 1 } * classes)
        case .focal, .crossEntropy: return Double(labelled.reduce(0) { count, _ in count + 1 })
        }
    }
}

extension SelectionMetric {
    /// The score of an evaluation, the larger the better: per cent, or the loss with its sign turned.
    func score(_ evaluation: Evaluation) -> Double {
        let metrics = evaluation.metrics
        return switch self {
        case .weightedF1: percentage(metrics.weightedF1)
        case .macroF1: percentage(metrics.macroF1)
        case .microF1: percentage(metrics.microF1(without: evaluation.leftOut))
        case .accuracy: percentage(metrics.accuracy)
        case .balancedAccuracy: percentage(metrics.balancedAccuracy)
        case .loss: -evaluation.loss
        }
    }
}

extension Evaluation {
    /// `predictions.csv`: dialogue, utterance, speaker, gold, predicted, and the probability of every class under its name.
    func predictions(of store: Store, classNames names: [String]) -> String {
        var lines = [
            (["dialogue", "utterance", "speaker", "gold", "predicted"] + names).map(csv).joined(separator: ",")
        ]
        var row = 0
        for dialogue in dialogues.map({ store.dialogues[$0] }) {
            for utterance in dialogue.range {
                let gold = gold[row] < 0 ? "" : names[Int(gold[row])]
                let fields = [
                    dialogue.id, store.utteranceIDs[utterance], store.speakerNames[Int(store.speakers[utterance])],
                    gold,
                    names[Int(predicted[row])],
                ]
                let probabilities = logProbabilities[row * classes..<(row + 1) * classes].map {
                    String(format: "%.9g", exp(Double($0)))
                }
                lines.append((fields.map(csv) + probabilities).joined(separator: ","))
                row += 1
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A field quoted as RFC 4180 asks, where it needs to be.
package func csv(_ field: String) -> String {
    // Scalars: "\r\n" is one Character in Swift, and a lone CR ends a line for many readers.
    guard field.unicodeScalars.contains(where: { ["\"", ",", "\r", "\n"].contains($0) }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}

/// Evaluates a run's chosen epoch again.
public enum RunEvaluator {
    /// The splits a run can be evaluated on.
    public static let splits = SplitName.all

    /// Evaluates `best.h5` of a run folder on one split of its store.
    /// - Throws: `TrainingError` where folder, checkpoint and store do not belong together or the split is empty.
    public static func evaluate(
        _ folder: RunFolder, store: Store, models: ModelRegister, split: String, skipVerification: Bool = false,
        observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> RunResult {
        let record = try folder.record(models: models)
        try record.requireContent(of: store)
        let header = try ChosenEpoch.header(of: folder, record: record)
        let parts = try RunParts(
            store: store, configuration: record.configuration, parameterFile: folder.bestCheckpoint,
            verify: !skipVerification,
            observe: observe)
        // The run's, which need not be the store's.
        let dialogues = parts.splits.dialogues(inSplit: split)
        guard !dialogues.isEmpty else {
            throw TrainingError(
                .data, "the run on \(store.path) has no dialogues in split \(split); choose another with --split.")
        }
        try CheckpointFile.readParameters(folder.bestCheckpoint, into: parts.model.parameters)
        observe(.evaluating(split: split))
        guard
            let evaluation = try Evaluation.run(
                parts.model, source: parts.source, dialogues: dialogues, settings: record.configuration.training,
                interruption: nil)
        else { preconditionFailure("nothing interrupts this evaluation") }
        return RunResult(
            evaluation, classNames: parts.source.labels.names, chosenEpoch: header.progress.completedEpochs,
            split: split, microF1Without: record.configuration.training.microF1Without,
            run: RunIdentity(record, labels: parts.source.labels, testPart: parts.splits.part),
            size: ModelSize(parts.model, store: store, batchSize: record.configuration.training.batchSize))
    }
}
