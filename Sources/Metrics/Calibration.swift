/// How far the highest probability can be believed: of all answers given with 80 %, 80 % should be right (Guo et al., 2017).
public struct Calibration: Sendable {
    /// What lies in a bin of the highest probability.
    public struct Bin: Sendable {
        /// Utterances.
        public internal(set) var count = 0
        /// Those whose most probable class is the gold one.
        public internal(set) var right = 0
        /// The sum of the highest probabilities.
        public internal(set) var confidence = 0.0

        /// The share of right answers; NaN of an empty bin.
        public var accuracy: Double { Double(right) / Double(count) }
        /// The mean of the highest probabilities; NaN of an empty bin.
        public var meanConfidence: Double { confidence / Double(count) }
    }

    /// How many bins there are: equally wide, from 0 to 1, each with its upper bound.
    public static let binCount = 15
    /// The bins, the lowest first.
    public private(set) var bins = [Bin](repeating: Bin(), count: Calibration.binCount)

    /// Empty bins.
    public init() {}

    /// Adds an utterance.
    /// - Parameter confidence: The probability of the most probable class, from 0 to 1.
    public mutating func add(confidence: Double, isRight: Bool) {
        let index = min(Self.binCount - 1, max(0, Int((confidence * Double(Self.binCount)).rounded(.up)) - 1))
        bins[index].count += 1
        bins[index].right += isRight ? 1 : 0
        bins[index].confidence += confidence
    }

    /// The expected calibration error, a fraction: the mean distance between a bin's accuracy and its mean confidence, weighted by its
    /// utterances; NaN without any.
    public var error: Double {
        // Of a bin, count · |right ÷ count − confidence ÷ count|.
        let (total, distance) = bins.reduce((0, 0.0)) {
            ($0.0 + $1.count, $0.1 + abs(Double($1.right) - $1.confidence))
        }
        return distance / Double(total)
    }
}
