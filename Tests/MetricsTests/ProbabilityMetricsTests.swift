import Foundation
import Testing

@testable import Metrics

/// Expected values come from scikit-learn's log_loss, and from its calibration_curve (15 uniform bins) weighted by the bins' counts.
@Suite struct ProbabilityMetricsTests {
    private static let gold: [Int32] = [
        3, 0, 0, 0, 0, 3, 3, 2, 0, 0, 1, 1, 2, 1, 1, 0, 2, 2, 0, 0, 1, 1, 3, 2, 1, 1, 2, 2, 0, 2, 3, 3, 3, 1, 1, 2, 2,
        2, 3, 1,
    ]

    /// Scores made of a formula, as log-probabilities.
    private static func logProbabilities(_ row: Int) -> [Float] {
        let scores = (0..<4).map { Double((row * 7 + $0 * 5 + row * row % 3) % 11) / 4 }
        let total = log(scores.reduce(0) { $0 + exp($1) })
        return scores.map { Float($0 - total) }
    }

    @Test func agreesWithScikitLearn() throws {
        let metrics = try #require(
            ProbabilityMetrics(
                classes: 4, gold: Self.gold, logProbabilities: Self.gold.indices.flatMap(Self.logProbabilities)))
        // scikit-learn's own sum, of the same probabilities made to add up to 1, is 8e-10 away.
        #expect(abs(metrics.logLoss - 1.4756557509303092) < 1e-12)
        #expect(abs(metrics.calibrationError - 0.225581051437808) < 1e-12)
    }

    /// A bin holds its upper bound; the surest answers fall into the last.
    @Test func binsHoldTheirUpperBounds() throws {
        func error(_ probability: Double, isRight: Bool) throws -> Double {
            let rest = (1 - probability) / 3
            let rows = [probability, rest, rest, rest].map { Float(log(max($0, 1e-30))) }
            return try #require(ProbabilityMetrics(classes: 4, gold: [isRight ? 0 : 1], logProbabilities: rows))
                .calibrationError
        }
        #expect(abs(try error(1, isRight: true)) < 1e-7)
        #expect(abs(try error(1, isRight: false) - 1) < 1e-7)
        #expect(abs(try error(0.4, isRight: true) - 0.6) < 1e-6)
        // 0.5 and 0.55 are of bins 8 and 9 of 15 (to 0.5333 and to 0.6): apart, |1 − 0.5| and |0 − 0.55|; together they would cancel.
        let apart = [0.5, 0.5, 0.55, 0.45].map { Float(log($0)) }
        let metrics = try #require(ProbabilityMetrics(classes: 2, gold: [0, 1], logProbabilities: apart))
        #expect(abs(metrics.calibrationError - (0.5 + 0.55) / 2) < 1e-6)
        let together = [0.54, 0.46, 0.55, 0.45].map { Float(log($0)) }
        let other = try #require(ProbabilityMetrics(classes: 2, gold: [0, 1], logProbabilities: together))
        #expect(abs(other.calibrationError - abs(1 - 1.09) / 2) < 1e-6)
    }

    @Test func whatHasNoLabelDoesNotCount() throws {
        let rows = Self.gold.indices.flatMap(Self.logProbabilities)
        #expect(ProbabilityMetrics(classes: 4, gold: Self.gold.map { _ in -1 }, logProbabilities: rows) == nil)
        #expect(ProbabilityMetrics(classes: 4, gold: [], logProbabilities: []) == nil)
        var gold = Self.gold
        gold[3] = -1
        let without = Self.gold.indices.filter { $0 != 3 }
        #expect(
            ProbabilityMetrics(classes: 4, gold: gold, logProbabilities: rows)
                == ProbabilityMetrics(
                    classes: 4, gold: without.map { Self.gold[$0] },
                    logProbabilities: without.flatMap(Self.logProbabilities)))
    }
}
