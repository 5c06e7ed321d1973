import Foundation

/// What the probabilities of a classifier are worth, beside its answers.
public struct ProbabilityMetrics: Equatable, Sendable {
    /// The mean of −ln p of the gold class.
    public let logLoss: Double
    /// The expected calibration error (Guo et al., 2017), as a fraction: over `bins` bins of equal width of the largest probability, the mean
    /// distance between a bin's accuracy and its mean probability, weighted by its utterances. A bin holds its upper bound.
    public let calibrationError: Double
    /// The bins of `calibrationError`.
    static let bins = 15

    /// The figures of the utterances that have a gold label; nil where none has.
    /// - Parameters:
    ///   - classes: C
    ///   - gold: [N], negative where there is no label.
    ///   - logProbabilities: [N × C] row-major, natural logarithms.
    public init?(classes: Int, gold: [Int32], logProbabilities: [Float]) {
        precondition(
            gold.count * classes == logProbabilities.count,
            "\(logProbabilities.count) log-probabilities for \(gold.count) utterances and \(classes) classes")
        var (labelled, loss) = (0, 0.0)
        var count = [Int](repeating: 0, count: Self.bins)
        var hits = count
        var confidence = [Double](repeating: 0, count: Self.bins)
        for (row, label) in gold.enumerated() where label >= 0 {
            let scores = logProbabilities[row * classes..<(row + 1) * classes]
            guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { continue }
            labelled += 1
            loss -= Double(scores[scores.startIndex + Int(label)])
            let probability = exp(Double(scores[best]))
            let bin = min(Self.bins - 1, max(0, Int((probability * Double(Self.bins)).rounded(.up)) - 1))
            count[bin] += 1
            confidence[bin] += probability
            hits[bin] += best - scores.startIndex == Int(label) ? 1 : 0
        }
        guard labelled > 0 else { return nil }
        logLoss = loss / Double(labelled)
        // Of a bin, count · |hits ÷ count − confidence ÷ count|.
        calibrationError =
            zip(hits, confidence).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / Double(labelled)
    }
}
