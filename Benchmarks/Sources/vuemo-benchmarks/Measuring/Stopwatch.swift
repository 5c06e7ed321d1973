/// Times in seconds.
enum Stopwatch {
    private static let clock = ContinuousClock()

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = clock.now
        try body()
        return seconds(clock.now - start)
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    /// The median time of `repetitions` runs after one that does not count.
    static func median(of repetitions: Int, _ body: () -> Void) -> Double {
        body()
        return (0..<repetitions).map { _ in seconds(body) }.median
    }
}

extension [Double] {
    /// The middle value, or the mean of the two middle ones.
    var median: Double {
        precondition(!isEmpty, "nothing has no median")
        let sorted = sorted()
        let middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
