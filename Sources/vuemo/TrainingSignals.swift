import CommandSupport
import Training

/// What every command that trains listens to: Ctrl-C and its kin, SIGUSR1, and the limit of time.
enum TrainingSignals {
    /// Listens from now on.
    /// - Parameter time: the option that says when to end.
    static func interruption(quiet: Bool, _ time: TimeLimitOption) -> Interruption {
        let interruption = Interruption(at: time.end)
        StopSignals.install(
            notice: quiet ? nil : "\nstopping after this step; once more stops at once\n", action: interruption.request)
        StopSignals.onUserSignal(interruption.requestCheckpoint)
        return interruption
    }
}
