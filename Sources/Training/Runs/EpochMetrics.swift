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
    /// Of the valid split, under the sound protocol.
    public var validWeightedF1: Double?
    /// Accuracy on valid.
    public var validAccuracy: Double?
    /// The mean of the batch losses without dropout.
    package var validLoss: Double?
    /// Of the test split, under the paper's protocol only.
    package var testWeightedF1: Double?
    /// Accuracy on test.
    public var testAccuracy: Double?
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
        case validWeightedF1 = "valid_weighted_f1"
        case validAccuracy = "valid_accuracy"
        case validLoss = "valid_loss"
        case testWeightedF1 = "test_weighted_f1"
        case testAccuracy = "test_accuracy"
        case peakMemoryMiB = "peak_memory_mib"
    }

    /// The score that chooses the epoch: W-F1 on valid, or on test under the paper's protocol.
    public var selectionScore: Double { validWeightedF1 ?? testWeightedF1 ?? 0 }
}

extension [EpochMetrics] {
    /// The epoch with the best selection score, the earlier of equals; nil before the first epoch.
    package var best: EpochMetrics? {
        self.reduce(nil) { best, next in
            guard let best else { return next }
            return next.selectionScore > best.selectionScore ? next : best
        }
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
