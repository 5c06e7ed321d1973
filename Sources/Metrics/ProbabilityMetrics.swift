import Foundation

/// What the probabilities of a classifier are worth, beside its answers.
public struct ProbabilityMetrics: Equatable, Sendable {
    /// The mean of −ln p of the gold class.
    public let logLoss: Double
    /// The expected calibration error, as a fraction: see ``Calibration``.
    public let calibrationError: Double

    /// The figures of utterances that were counted one by one; nil where there was none.
    /// - Parameters:
    ///   - loss: The sum of −ln p of their gold classes.
    ///   - calibration: Their bins.
    public init?(loss: Double, calibration: Calibration) {
        let labelled = calibration.bins.reduce(0) { $0 + $1.count }
        guard labelled > 0 else { return nil }
        logLoss = loss / Double(labelled)
        calibrationError = calibration.error
    }

    /// The figures of the utterances that have a gold label; nil where none has.
    /// - Parameters:
    ///   - classes: C
    ///   - gold: [N], negative where there is no label.
    ///   - logProbabilities: [N × C] row-major, natural logarithms.
    public init?(classes: Int, gold: [Int32], logProbabilities: [Float]) {
        precondition(
            gold.count * classes == logProbabilities.count,
            "\(logProbabilities.count) log-probabilities for \(gold.count) utterances and \(classes) classes")
        var loss = 0.0
        var calibration = Calibration()
        for (row, label) in gold.enumerated() where label >= 0 {
            let scores = logProbabilities[row * classes..<(row + 1) * classes]
            guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { continue }
            loss -= Double(scores[scores.startIndex + Int(label)])
            calibration.add(
                confidence: exp(Double(scores[best])), isRight: best - scores.startIndex == Int(label))
        }
        self.init(loss: loss, calibration: calibration)
    }
}
