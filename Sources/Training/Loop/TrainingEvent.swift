/// What a run tells whoever watches it, in order.
public enum TrainingEvent: Sendable {
    /// A stage of preparation, for example checking the store's checksums.
    case preparing(String)
    /// What a user should know of the data, in a sentence.
    case notice(String)
    /// A step is done. `step` counts from 1 within the epoch.
    case step(epoch: Int, epochs: Int, step: Int, steps: Int, loss: Float)
    /// A checkpoint was written within the epoch, because somebody asked for it.
    case checkpoint(path: String)
    /// A split is being evaluated.
    case evaluating(split: String)
    /// The score has not become better for as many epochs as `training.patience` allows, so the run ends after `epoch`.
    case stoppedEarly(epoch: Int, epochs: Int)
    /// An epoch's line of metrics is final; `isBest` says that it is the best so far.
    case epoch(EpochMetrics, epochs: Int, isBest: Bool)
    /// How the parameters of the epoch that was told last are spread, and the gradients of its last step; see
    /// ``TrainingRun/recordsHistograms``.
    case histograms([ParameterHistogram], epoch: Int)
}

/// How a run ended.
public enum TrainingOutcome: Sendable {
    /// Every epoch was trained and the chosen one evaluated.
    case finished(RunResult)
    /// The run was asked to stop; its last checkpoint continues it.
    case interrupted(epoch: Int, step: Int)
}
