import Synchronization

/// Wishes of others that a run follows at its next step boundary: to stop, or to write a checkpoint and go on. A signal handler or another
/// thread may express them at any time.
public final class Interruption: Sendable {
    private let requested = Atomic(false)
    private let checkpoint = Atomic(false)
    private let end: ContinuousClock.Instant?

    /// No wish yet.
    /// - Parameter end: When the run is to stop by itself; nil for never.
    public init(at end: ContinuousClock.Instant? = nil) { self.end = end }

    /// Asks the run to write a checkpoint and stop.
    public func request() { requested.store(true, ordering: .relaxed) }

    /// Asks the run to write a checkpoint and go on.
    public func requestCheckpoint() { checkpoint.store(true, ordering: .relaxed) }

    /// Whether the time is up.
    public var isOutOfTime: Bool { end.map { ContinuousClock.now >= $0 } ?? false }

    /// Whether the run is to stop.
    package var isRequested: Bool { requested.load(ordering: .relaxed) || isOutOfTime }

    /// Whether a checkpoint was asked for since the last call.
    package func takesCheckpoint() -> Bool { checkpoint.exchange(false, ordering: .relaxed) }
}
