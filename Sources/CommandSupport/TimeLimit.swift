import ArgumentParser

/// A time that a command may take: `2h`, `90m`, `1h30m`, or as Slurm writes it, `1-12:00:00`.
struct TimeLimit: Equatable, Sendable {
    /// In seconds, at least 1.
    let seconds: Int

    /// A hundred years are as good as no limit, and no sum of such numbers overflows.
    private static let most = 100 * 365 * 86_400

    /// The time that was written; nil where it is none, or too long to be meant.
    init?(argument: String) {
        let parsed = argument.contains(":") ? Self.clock(argument) : Self.units(argument)
        guard let parsed, (1...Self.most).contains(parsed) else { return nil }
        seconds = parsed
    }

    /// "1h30m".
    private static func units(_ text: String) -> Int? {
        var (total, digits, last) = (0, "", Int.max)
        for character in text {
            guard let size = ["d": 86_400, "h": 3600, "m": 60, "s": 1][character] else {
                digits.append(character)
                continue
            }
            // Larger units first, each once.
            guard size < last, let count = number(digits) else { return nil }
            (total, digits, last) = (total + count * size, "", size)
        }
        return digits.isEmpty && last < Int.max ? total : nil
    }

    /// "36:00:00" or "1-12:00:00".
    private static func clock(_ text: String) -> Int? {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[halves.count - 1].split(separator: ":", omittingEmptySubsequences: false).map { number($0) }
        guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2],
            minutes < 60, seconds < 60, let days = halves.count == 2 ? number(halves[0]) : 0
        else { return nil }
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    }

    private static func number(_ digits: some StringProtocol) -> Int? {
        guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}

/// The option of every command that trains.
public struct TimeLimitOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write a checkpoint and end with status 75 after this time, for example 2h, 1h30m or 1-12:00:00. The same goes on later.",
            valueName: "time"))
    var timeLimit: String?

    /// Filled in by the parser of the command line.
    public init() {}

    /// Refuses what is no time.
    public func validate() throws {
        guard let timeLimit, TimeLimit(argument: timeLimit) == nil else { return }
        throw ValidationError(
            "--time-limit takes a time such as 90s, 2h, 1h30m or 1-12:00:00 (days-hours:minutes:seconds), not \"\(timeLimit)\"."
        )
    }

    /// When the time is up, counted from now; nil without a limit.
    public var end: ContinuousClock.Instant? {
        timeLimit.flatMap { TimeLimit(argument: $0) }.map { ContinuousClock.now + .seconds($0.seconds) }
    }
}
