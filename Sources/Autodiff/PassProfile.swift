/// Where the time of a run goes: laps, end to end, on the thread that makes the passes.
///
/// An operation's lap is from the end of the one before to its own end. So every moment belongs to something, and what lies between two
/// operations counts as the later one's.
///
/// ```swift
/// let profile = PassProfile()
/// let tape = Tape(mode: .evaluation, recording: false, profile: profile)
/// ```
public final class PassProfile {
    /// What of a run's work a lap is.
    public enum Phase: String, CaseIterable, Sendable {
        /// Waiting for minibatches.
        case data
        /// Operations of passes that train.
        case forward, backward
        /// Gradients into parameters.
        case optimizer
        /// Passes that evaluate, and their scores.
        case evaluation
        /// Checkpoints and the other files of the run.
        case writing
    }

    /// A stretch of time.
    public struct Lap: Sendable {
        /// The operation's, for example "linear", or of other work a word.
        public let name: String
        /// What it is part of.
        public let phase: Phase
        /// Since the profile was made, in seconds.
        public let start: Double
        /// How long it took, in seconds.
        public let seconds: Double
    }

    /// All laps of one name and phase.
    public struct Total: Sendable {
        /// As in ``Lap/name``.
        public let name: String
        /// As in ``Lap/phase``.
        public let phase: Phase
        /// How many laps.
        public fileprivate(set) var laps = 0
        /// How long they took together.
        public fileprivate(set) var seconds = 0.0
    }

    /// How many laps are kept one by one; later ones count in the totals alone. A run of 100 epochs has millions.
    static let mostLaps = 200_000

    /// The first laps, in order.
    public private(set) var laps: [Lap] = []
    private var sums: [String: Total] = [:]
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last = 0.0

    /// Time runs from here.
    public init() { start = clock.now }

    private var now: Double {
        let passed = (clock.now - start).components
        return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
    }

    /// Ends a lap.
    /// - Parameter name: What was done; of a name such as `linear(_:weight:)` the part before the parenthesis counts.
    public func lap(_ name: String, _ phase: Phase) {
        let end = now
        defer { last = end }
        let name = String(name.prefix { $0 != "(" })
        if laps.count < Self.mostLaps { laps.append(Lap(name: name, phase: phase, start: last, seconds: end - last)) }
        sums["\(phase) \(name)", default: Total(name: name, phase: phase)].add(end - last)
    }

    /// Leaves out the time since the last lap.
    public func skip() { last = now }

    /// The sums of laps, the longest first.
    public var totals: [Total] { sums.values.sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) } }
}

extension PassProfile.Total {
    fileprivate mutating func add(_ lap: Double) {
        laps += 1
        seconds += lap
    }
}
