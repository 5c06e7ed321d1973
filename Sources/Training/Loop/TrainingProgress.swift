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
