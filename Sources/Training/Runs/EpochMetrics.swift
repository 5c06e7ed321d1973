import Configuration
import Metrics

/// One line of `metrics.jsonl`. Scores are in per cent with two decimals.
public struct EpochMetrics: Codable, Equatable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// The mean of the epoch's step losses.
    public var trainLoss: Double
    /// The loss of every step, before the step.
    package var stepLosses: [Float]
    /// Time of the epoch's steps.
    public var trainSeconds: Double
    /// The part of it in which steps waited for their minibatches; nil in runs of an older vuemo.
    public var dataSeconds: Double?
    /// Time of the evaluation behind it.
    public var evaluationSeconds: Double
    /// AdamW's step size.
    public var learningRate: Double
    /// The mean norm of the steps' gradients, before clipping; nil in runs of an older vuemo.
    package var gradientNorm: Double?
    /// The largest of them.
    package var largestGradientNorm: Double?
    /// The norm of all parameters at the end of the epoch.
    package var parameterNorm: Double?
    /// Utterances trained on in a second of `trainSeconds`.
    package var utterancesPerSecond: Double?
    /// The score that chooses the epoch: per cent, or the loss with its sign turned. Nil in runs of an older vuemo, which took W-F1.
    package var score: Double?
    /// Of the valid split, under the sound protocol.
    public var validWeightedF1: Double?
    /// Macro-F1 on valid.
    package var validMacroF1: Double?
    /// Micro-F1 on valid without the classes of `training.microF1Without`; nil where it names none.
    package var validMicroF1: Double?
    /// Accuracy on valid.
    public var validAccuracy: Double?
    /// Balanced accuracy on valid.
    package var validBalancedAccuracy: Double?
    /// The mean of −ln p of the gold class on valid.
    package var validLogLoss: Double?
    /// Expected calibration error on valid.
    package var validCalibrationError: Double?
    /// The mean of the batch losses without dropout.
    public var validLoss: Double?
    /// Of the test split, under the paper's protocol only, as are the following.
    public var testWeightedF1: Double?
    /// Macro-F1 on test.
    package var testMacroF1: Double?
    /// Micro-F1 on test without the classes of `training.microF1Without`.
    package var testMicroF1: Double?
    /// The mean of the batch losses on test, without dropout.
    public var testLoss: Double?
    /// Accuracy on test.
    public var testAccuracy: Double?
    /// Balanced accuracy on test.
    package var testBalancedAccuracy: Double?
    /// The mean of −ln p of the gold class on test.
    package var testLogLoss: Double?
    /// Expected calibration error on test.
    package var testCalibrationError: Double?
    /// The most memory the process ever held, in MiB.
    public var peakMemoryMiB: Int

    enum CodingKeys: String, CodingKey {
        case epoch
        case trainLoss = "train_loss"
        case stepLosses = "step_losses"
        case trainSeconds = "train_seconds"
        case dataSeconds = "data_seconds"
        case evaluationSeconds = "evaluation_seconds"
        case learningRate = "learning_rate"
        case gradientNorm = "gradient_norm"
        case largestGradientNorm = "largest_gradient_norm"
        case parameterNorm = "parameter_norm"
        case utterancesPerSecond = "utterances_per_second"
        case score
        case validWeightedF1 = "valid_weighted_f1"
        case validMacroF1 = "valid_macro_f1"
        case validMicroF1 = "valid_micro_f1"
        case validAccuracy = "valid_accuracy"
        case validBalancedAccuracy = "valid_balanced_accuracy"
        case validLogLoss = "valid_log_loss"
        case validCalibrationError = "valid_calibration_error"
        case validLoss = "valid_loss"
        case testWeightedF1 = "test_weighted_f1"
        case testMacroF1 = "test_macro_f1"
        case testMicroF1 = "test_micro_f1"
        case testLoss = "test_loss"
        case testAccuracy = "test_accuracy"
        case testBalancedAccuracy = "test_balanced_accuracy"
        case testLogLoss = "test_log_loss"
        case testCalibrationError = "test_calibration_error"
        case peakMemoryMiB = "peak_memory_mib"
    }

    /// The score that chooses the epoch, the larger the better: on valid, or on test under the paper's protocol.
    package var selectionScore: Double { score ?? weightedF1 }
    /// W-F1 on the split that chooses the epoch.
    public var weightedF1: Double { validWeightedF1 ?? testWeightedF1 ?? 0 }
}

extension EpochMetrics {
    /// Sets the scores of the split that chooses the epoch.
    mutating func set(scores evaluation: Evaluation, _ settings: Settings<TrainingKeys>) {
        let (metrics, probabilities) = (evaluation.metrics, evaluation.probabilities)
        let weightedF1 = percentage(metrics.weightedF1)
        let macroF1 = percentage(metrics.macroF1)
        let microF1 =
            evaluation.leftOut.isEmpty ? nil : percentage(metrics.microF1(without: evaluation.leftOut))
        let accuracy = percentage(metrics.accuracy)
        let balancedAccuracy = percentage(metrics.balancedAccuracy)
        let calibrationError = probabilities.map { percentage($0.calibrationError) }
        switch settings.protocol {
        case .sound:
            (validWeightedF1, validMacroF1, validMicroF1) = (weightedF1, macroF1, microF1)
            (validAccuracy, validBalancedAccuracy, validLoss) = (accuracy, balancedAccuracy, evaluation.loss)
            (validLogLoss, validCalibrationError) = (probabilities?.logLoss, calibrationError)
        case .paper:
            (testWeightedF1, testMacroF1, testMicroF1) = (weightedF1, macroF1, microF1)
            (testAccuracy, testBalancedAccuracy, testLoss) = (accuracy, balancedAccuracy, evaluation.loss)
            (testLogLoss, testCalibrationError) = (probabilities?.logLoss, calibrationError)
        }
    }
}

extension [EpochMetrics] {
    /// The epoch with the best selection score, the earlier of equals; nil before the first epoch.
    package var best: EpochMetrics? {
        self.reduce(nil) { best, next in
            guard let best else { return next }
            return next.selectionScore > best.selectionScore ? next : best
        }
    }

    /// Whether so many epochs have passed since the score last rose by more than `improvement` above the best before.
    func isOutOf(patience: Int, improvement: Double) -> Bool {
        guard patience > 0 else { return false }
        var (best, waited) = (-Double.infinity, 0)
        for epoch in self {
            if epoch.selectionScore > best + improvement {
                (best, waited) = (epoch.selectionScore, 0)
            } else {
                waited += 1
            }
        }
        return waited >= patience
    }
}

/// Where a run stands: everything a checkpoint keeps besides parameters and moments.
///
/// The order of dialogues and the dropout masks are functions of seed, epoch and step, so these positions are the whole random state.
struct TrainingProgress: Equatable, Sendable {
    /// Finished epochs' metrics, in order.
    var history: [EpochMetrics] = []
    /// Losses of the steps done in the epoch that is under way.
    var stepLosses: [Float] = []
    /// The norms of their gradients.
    var gradientNorms: [Double] = []
    /// Seconds those steps took.
    var secondsInEpoch = 0.0
    /// Seconds of those in which steps waited for their minibatches.
    var dataSecondsInEpoch = 0.0
    /// Steps since the run began; the position in the dropout stream.
    var totalSteps = 0

    var completedEpochs: Int { history.count }
    /// Steps done in the epoch under way: the position in its order of dialogues.
    var stepInEpoch: Int { stepLosses.count }
}
