import Foundation
import Metrics
import Tensors
import Testing

/// The paired tests against values of scipy 1.17 (`scipy.stats.ttest_rel`, `wilcoxon`) and statsmodels 0.14 (`mcnemar`, `multipletests`).
@Suite struct PairedTestsTests {
    private func expect(_ found: TestResult?, _ statistic: Double, _ p: Double) throws {
        let found = try #require(found)
        #expect(
            abs(found.statistic - statistic) <= 1e-9 * max(1, abs(statistic)), "\(found.statistic), not \(statistic)")
        #expect(abs(found.p - p) <= 1e-9 * p, "\(found.p), not \(p)")
    }

    private static let seeds = (
        [66.12, 67.3, 65.9, 68.01, 66.6], [65.2, 66.9, 66.1, 66.75, 65.0]
    )
    private static let normal = (
        [0.346, 0.822, 0.33, -1.303, 0.905, 0.446, -0.537, 0.581, 0.365, 0.294, 0.028, 0.547],
        [-0.336, 0.237, -0.082, 0.999, 0.44, 0.108, -0.382, 0.143, 0.408, 0.124, 1.694, 1.407]
    )
    /// 60 pairs without ties: beyond the exact distribution.
    private static let many = (
        (0..<60).map(Double.init), (0..<60).map { Double($0) + sin(Double($0) * 1.7) * 3 + 0.5 }
    )

    @Test func student() throws {
        try expect(PairedTests.t(Self.seeds.0, Self.seeds.1), 2.501018588894021, 0.06669391234179987)
        try expect(PairedTests.t(Self.normal.0, Self.normal.1), -0.5845129671984491, 0.5706689075255508)
        try expect(PairedTests.t(Self.many.0, Self.many.1), -1.8066205615042523, 0.07592184290249154)
        #expect(PairedTests.t([1], [2]) == nil)
        #expect(PairedTests.t([1, 2, 3], [2, 3, 4]) == nil, "all differences are the same")
        #expect(PairedTests.effect([3, 5], [1, 4]) == 1.5 / 0.5.squareRoot())
    }

    @Test func wilcoxon() throws {
        try expect(PairedTests.wilcoxon(Self.seeds.0, Self.seeds.1), 1, 0.125)
        try expect(PairedTests.wilcoxon(Self.normal.0, Self.normal.1), 36, 0.85009765625)
        try expect(PairedTests.wilcoxon(Self.many.0, Self.many.1), 662, 0.06253467905389178)
        // Ties, and a pair without a difference: the normal approximation.
        let (a, b) = ([1, 2, 3, 4, 5, 6.5, 7, 8], [2, 2, 2.5, 6, 7, 8, 7.5, 7])
        try expect(PairedTests.wilcoxon(a, b), 5, 0.1261421642843225)
        #expect(PairedTests.wilcoxon([1, 2], [1, 2]) == nil)
    }

    @Test func mcNemar() throws {
        for (first, second, statistic, p) in [
            (10, 3, 3.0, 0.09228515625), (0, 5, 0, 0.0625), (40, 20, 6.016666666666667, 0.014171388254012323),
            (3, 3, 3, 1), (0, 0, 0, 1), (700, 640, 2.5977611940298506, 0.10701479036033411),
        ] {
            try expect(PairedTests.mcNemar(onlyFirst: first, onlySecond: second), statistic, p)
        }
    }

    @Test func holm() {
        let adjusted = PairedTests.holm([0.01, 0.04, 0.03, 0.005, 0.5])
        for (found, expected) in zip(adjusted, [0.04, 0.09, 0.09, 0.025, 0.5]) {
            #expect(abs(found - expected) < 1e-15)
        }
        #expect(PairedTests.holm([]) == [])
    }

    /// Drawn p values and intervals against what can be counted.
    @Test func resamplingFindsWhatIsThere() throws {
        var random = SplitMix64(seed: 4)
        // The first model has four of five right in each dialogue, the second one of five.
        let better = (0..<30).map { _ in
            PairedDialogue(gold: [0, 1, 0, 1, 0], first: [0, 1, 0, 1, 1], second: [1, 0, 1, 1, 1])
        }
        let clear = DialogueResampling(classes: 2, dialogues: better)
            .compare(\.accuracy, rounds: 2000, using: &random)
        #expect(abs(clear.difference - 0.6) < 1e-12)
        // All dialogues are alike, so every draw gives the same.
        #expect(abs(clear.interval.lowerBound - 0.6) < 1e-12 && abs(clear.interval.upperBound - 0.6) < 1e-12)
        #expect(clear.p <= 1.0 / 2001 + 1e-12)

        // One dialogue of two speaks for the first model: 2 of 4 swaps give a difference as large, so p is 1/2 and more.
        let few = DialogueResampling(
            classes: 2,
            dialogues: [
                PairedDialogue(gold: [0, 0], first: [0, 0], second: [1, 1]),
                PairedDialogue(gold: [0, 0], first: [0, 0], second: [0, 0]),
            ]
        ).compare(\.accuracy, rounds: 4000, using: &random)
        #expect(few.difference == 0.5 && few.p > 0.99, "swapping turns the sign, and both signs count")
        #expect(few.interval.lowerBound == 0 && few.interval.upperBound == 1)

        // Nothing differs on average: 40 dialogues for each side.
        let even = (0..<80).map { index in
            PairedDialogue(
                gold: [0, 1], first: index.isMultiple(of: 2) ? [0, 1] : [1, 0],
                second: index.isMultiple(of: 2) ? [1, 0] : [0, 1])
        }
        let outcome = DialogueResampling(classes: 2, dialogues: even)
            .compare(\.weightedF1, rounds: 2000, using: &random)
        #expect(outcome.difference == 0 && outcome.p == 1)
        // The difference of 80 draws of ±1 has the standard deviation 1/√80; Monte-Carlo error is a tenth of it.
        let spread = 1.96 / 80.0.squareRoot()
        #expect(abs(outcome.interval.upperBound - spread) < 0.03 && abs(outcome.interval.lowerBound + spread) < 0.03)
    }

    /// p of a difference that 60 of 100 dialogues speak for against 40: about twice the binomial tail.
    @Test func randomisationAgreesWithTheBinomialTail() {
        var random = SplitMix64(seed: 9)
        let dialogues = (0..<100).map { index in
            PairedDialogue(gold: [0], first: [index < 60 ? 0 : 1], second: [index < 60 ? 1 : 0])
        }
        let outcome = DialogueResampling(classes: 2, dialogues: dialogues)
            .compare(\.accuracy, rounds: 20_000, using: &random)
        // 2 · P(X ≥ 60), X of 100 throws.
        #expect(abs(outcome.p - 0.0568879) < 0.006)
    }
}
