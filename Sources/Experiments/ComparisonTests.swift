import Metrics
import Tensors
import Training

extension RunComparison {
    /// Every group against the reference.
    static func tests(of groups: [Group], against name: String?, rounds: Int) throws(ExperimentError) -> [Test] {
        let reference = try self.reference(name, groups)
        let others = groups.filter { $0.name != reference.name }
        var found: [(group: Group, test: PairedRuns)] = []
        for group in others {
            let pairs = group.runs.compactMap { run in
                // A fold whose test has no labels says nothing of either.
                run.result.weightedF1 == nil
                    ? nil : reference.runs.first { $0.seed == run.seed && $0.part == run.part }.map { (run, $0) }
            }
            guard !pairs.isEmpty else {
                throw ExperimentError(
                    "'\(group.name)' and '\(reference.name)' have no seed in common, and runs are paired by their seeds (and folds); train "
                        + "both with the same.")
            }
            found.append((group, PairedRuns(pairs)))
        }
        let outcomes = found.map { $0.test.resampled(rounds: rounds) }
        let corrected = PairedTests.holm(outcomes.map(\.p))
        return found.indices.map { index in
            let (pairs, outcome) = (found[index].test, outcomes[index])
            return Test(
                group: found[index].group.name, reference: reference.name, seeds: pairs.seeds,
                difference: pairs.differences.mean, effect: PairedTests.effect(pairs.first, pairs.second),
                t: PairedTests.t(pairs.first, pairs.second)?.p,
                wilcoxon: pairs.seeds.count > 1 ? PairedTests.wilcoxon(pairs.first, pairs.second)?.p : nil,
                mcNemar: pairs.mcNemar?.p, dialogues: outcome.p,
                interval: [100 * outcome.interval.lowerBound, 100 * outcome.interval.upperBound],
                corrected: corrected[index])
        }
    }

    private static func reference(_ name: String?, _ groups: [Group]) throws(ExperimentError) -> Group {
        guard let name else { return groups[0] }
        let matching = groups.filter { $0.name == name }
        let near = matching.isEmpty ? groups.filter { $0.name.contains(name) } : matching
        guard near.count == 1 else {
            throw ExperimentError(
                "'\(name)' names \(near.isEmpty ? "no group" : "several groups"); the groups are "
                    + groups.map { "'\($0.name)'" }.joined(separator: ", ") + ".")
        }
        return near[0]
    }
}

/// Runs of two groups that have a seed in common, and a part where dialogues are divided.
private struct PairedRuns {
    let pairs: [(own: FinishedRun, reference: FinishedRun)]

    init(_ pairs: [(FinishedRun, FinishedRun)]) { self.pairs = pairs.map { (own: $0.0, reference: $0.1) } }

    var seeds: [UInt64] { pairs.map(\.own.seed) }
    /// W-F1 in per cent.
    var first: [Double] { pairs.map { $0.own.result.weightedF1 ?? 0 } }
    var second: [Double] { pairs.map { $0.reference.result.weightedF1 ?? 0 } }
    var differences: [Double] { zip(first, second).map { $0 - $1 } }

    /// The pairs of each part.
    private var parts: [[(own: FinishedRun, reference: FinishedRun)]] {
        Dictionary(grouping: pairs) { $0.own.part }.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Over utterances, each of which is in one pair only.
    var mcNemar: TestResult? {
        guard Set(seeds).count == 1 else { return nil }
        var (own, other) = (0, 0)
        for pair in pairs {
            for (a, b) in zip(pair.own.predictions.rows, pair.reference.predictions.rows) where !a.gold.isEmpty {
                let right = (a.predicted == a.gold, b.predicted == b.gold)
                if right.0, !right.1 { own += 1 }
                if right.1, !right.0 { other += 1 }
            }
        }
        return PairedTests.mcNemar(onlyFirst: own, onlySecond: other)
    }

    /// W-F1 over dialogues, as a fraction. The seed is fixed: the same runs give the same figures.
    func resampled(rounds: Int) -> DialogueResampling.Outcome {
        let classes = pairs[0].own.classes
        let numbers = pairs[0].own.numbers(of:)
        var dialogues: [PairedDialogue] = []
        for pairs in parts {
            let predictions = pairs[0].own.predictions
            for dialogue in predictions.dialogues {
                func answers(_ side: (FinishedRun, FinishedRun) -> FinishedRun) -> [Int32] {
                    numbers(pairs.flatMap { side($0.own, $0.reference).predictions.rows[dialogue].map(\.predicted) })
                }
                dialogues.append(
                    PairedDialogue(
                        gold: numbers(pairs.flatMap { _ in predictions.rows[dialogue].map(\.gold) }),
                        first: answers { own, _ in own }, second: answers { _, reference in reference }))
            }
        }
        var random = SplitMix64(seed: 1)
        return DialogueResampling(classes: classes.count, dialogues: dialogues)
            .compare(\.weightedF1, rounds: rounds, using: &random)
    }
}
