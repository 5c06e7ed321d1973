import Synchronization

/// A wish to stop at the next step boundary, which a signal handler or another thread may express at any time.
public final class Interruption: Sendable {
    private let requested = Atomic(false)

    /// No wish yet.
    public init() {}

    /// Asks the run to write a checkpoint and stop.
    public func request() { requested.store(true, ordering: .relaxed) }

    /// Whether anyone has asked.
    package var isRequested: Bool { requested.load(ordering: .relaxed) }
}
