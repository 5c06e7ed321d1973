import Configuration
import Metrics
import Tensors
import Training

/// Runs in groups, for example of one variant each with several seeds: what each group scores, and whether groups differ.
public struct RunComparison: Sendable {
    /// A score over the runs of a group, in per cent.
    public struct Score: Sendable, Encodable, Equatable {
        /// "W-F1", "accuracy", "macro-F1", "UA" (balanced accuracy), or "F1 " and a class.
        public let name: String
        /// The mean over the runs.
        public let mean: Double
        /// The standard deviation with the denominator n − 1; nil of one run.
        public let sd: Double?
    }

    /// Runs of one kind.
    public struct Group: Sendable {
        /// What its runs have in common and other groups have not, for example "variant=released".
        public let name: String
        /// Its runs, by their seeds.
        public let runs: [FinishedRun]
        /// W-F1, accuracy, macro-F1, UA, then the F1 of each class.
        public let scores: [Score]
        /// The same of the predictions of all folds together, over seeds; nil where the dialogues were not divided.
        package let pooled: [Score]?
        /// Whether the epochs of its runs were chosen on test.
        public var isChosenOnTest: Bool { runs.contains { $0.record.configuration.training.protocol == .paper } }
    }

    /// A group against the reference, paired by seed; differences are those of W-F1 in per cent, group minus reference.
    public struct Test: Sendable, Encodable {
        /// The group.
        public let group: String
        /// What it is compared with.
        public let reference: String
        /// Seeds that both have; where dialogues were divided, once for each part that both have.
        public let seeds: [UInt64]
        /// The mean difference over these seeds.
        public let difference: Double
        /// Cohen's d_z over seeds.
        public let effect: Double?
        /// p of the paired t-test over seeds.
        public let t: Double?
        /// p of Wilcoxon's signed-rank test over seeds.
        public let wilcoxon: Double?
        /// p of McNemar's test over utterances; only for one run on each side, because utterances of several runs are not independent.
        public let mcNemar: Double?
        /// p of approximate randomisation over dialogues, whose answers of all seeds go together.
        public let dialogues: Double
        /// 95 % of the differences of resampled dialogues (percentile bootstrap).
        public let interval: [Double]
        /// `dialogues` after Holm's correction for the number of groups.
        public let corrected: Double

        enum CodingKeys: String, CodingKey {
            case group, reference, seeds, difference, effect, t, wilcoxon
            case mcNemar = "mcnemar"
            case dialogues, interval, corrected
        }
    }

    /// The groups in the order of their first runs.
    public let groups: [Group]
    /// Every other group against the reference.
    public let tests: [Test]
    /// The keys that make the groups.
    public let keys: [String]
    /// The id of the content of the store that all were trained on.
    public let contentID: String
    /// The dataset's name.
    public let dataset: String

    /// - Parameters:
    ///   - by: Keys of the configuration, in full ("model.variant") or their last part; empty for all in which the runs differ.
    ///   - reference: The name of the group, or a part of it that no other has, against which the others are tested; nil for the first.
    ///   - rounds: Draws of dialogues.
    /// - Throws: `ExperimentError` where runs do not go together.
    public init(_ runs: [FinishedRun], by names: [String] = [], reference: String? = nil, rounds: Int = 10_000) throws {
        let keys = try Self.keys(names, runs)
        let naming = names.isEmpty ? Self.naming(runs, keys) : { Self.name(of: $0, keys) }
        var members: [(name: String, runs: [FinishedRun])] = []
        for run in runs {
            let name = naming(run)
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].runs.append(run)
            } else {
                members.append((name, [run]))
            }
        }
        try self.init(members, keys: keys, reference: reference, rounds: rounds)
    }

    /// Groups that have names already.
    /// - Parameters:
    ///   - keys: The keys that make the groups.
    ///   - reference: The group against which the others are tested; nil for the first.
    public init(
        _ members: [(name: String, runs: [FinishedRun])], keys: [String], reference: String? = nil, rounds: Int = 10_000
    ) throws {
        let runs = members.flatMap(\.runs)
        guard let first = runs.first else { throw ExperimentError("there are no runs to compare; give their folders.") }
        var tested: [RunPart: FinishedRun] = [:]
        for run in runs {
            try Self.requireComparable(run, first)
            if let other = tested[run.part] { try Self.requireEqualTests(run, other) } else { tested[run.part] = run }
        }
        self.keys = keys
        (contentID, dataset) = (first.record.contentID, first.record.dataset)
        groups = try members.filter { !$0.runs.isEmpty }.map { try Group(name: $0.name, runs: $0.runs) }
        tests = try Self.tests(of: groups, against: reference, rounds: rounds)
    }

    /// What tells groups of equal keys apart, in few words: the models' names where there are several, and of each model the keys in which
    /// its own runs differ. One model has keys that another has not, and all of these would be differences.
    private static func naming(_ runs: [FinishedRun], _ keys: [String]) -> (FinishedRun) -> String {
        let labels = Dictionary(grouping: runs, by: \.record.configuration.label)
        guard labels.count > 1 else { return { name(of: $0, keys) } }
        let own = labels.mapValues { differing(keys, among: $0) }
        return { run in
            let label = run.record.configuration.label
            let keys = own[label] ?? []
            return keys.isEmpty ? label : "\(label), \(name(of: run, keys))"
        }
    }

    /// Those keys whose values are not one and the same in all runs.
    private static func differing(_ keys: [String], among runs: [FinishedRun]) -> [String] {
        keys.filter { key in Set(runs.map { $0.value(of: key) }).count > 1 }
    }

    private static func name(of run: FinishedRun, _ keys: [String]) -> String {
        guard !keys.isEmpty else { return run.record.configuration.label }
        return keys.map { key in
            let short = key.split(separator: ".").last.map(String.init) ?? key
            return "\(short)=\(run.value(of: key))"
        }.joined(separator: ", ")
    }

    /// The keys that are meant, or all in which runs differ.
    private static func keys(_ names: [String], _ runs: [FinishedRun]) throws(ExperimentError) -> [String] {
        var known: [String] = [RunConfiguration.modelName]
        for run in runs {
            for key in run.record.configuration.sections.keys where !known.contains(key) { known.append(key) }
        }
        guard !names.isEmpty else {
            let alike = RunConfiguration.freeKeys(isDivided: runs.contains(where: \.part.isOfDivision))
            return differing(known.filter { !alike.contains($0) }, among: runs)
        }
        var found: [String] = []
        for name in names {
            let matching = known.filter { $0 == name || $0.hasSuffix("." + name) }
            guard let key = matching.first, matching.count == 1 else {
                throw ExperimentError(
                    matching.isEmpty
                        ? "'\(name)' is no key of these runs; docs/configuration.md lists them."
                        : "'\(name)' can be \(matching.joined(separator: " or ")); give it in full.")
            }
            found.append(key)
        }
        return found
    }

    /// Refuses runs whose figures are of other data.
    private static func requireComparable(_ run: FinishedRun, _ first: FinishedRun) throws(ExperimentError) {
        let (own, other) = (run.folder.path, first.folder.path)
        guard run.record.contentID == first.record.contentID else {
            throw ExperimentError(
                "\(own) and \(other) were trained on other data (content ids \(run.record.contentID.prefix(12))… and "
                    + "\(first.record.contentID.prefix(12))…), so their figures cannot be compared; leave one out.")
        }
        let (data, firstData) = (run.record.configuration.data, first.record.configuration.data)
        guard data.target == firstData.target, data.classes == firstData.classes, run.classes == first.classes else {
            throw ExperimentError("\(own) and \(other) have other classes, so their figures cannot be compared.")
        }
        guard data.folds == firstData.folds, run.part.isOfDivision == first.part.isOfDivision,
            !run.part.isOfDivision || (data.groupBy == firstData.groupBy && data.splitSeed == firstData.splitSeed)
        else {
            throw ExperimentError(
                "\(own) and \(other) divide the dialogues in other ways (data.folds, data.groupBy, data.leaveOut, data.splitSeed), so "
                    + "their figures cannot be compared.")
        }
    }

    /// Refuses runs that should have been tested on the same utterances and were not.
    package static func requireEqualTests(_ run: FinishedRun, _ first: FinishedRun) throws(ExperimentError) {
        let (own, other) = (run.folder.path, first.folder.path)
        let same = zip(run.predictions.rows, first.predictions.rows).allSatisfy {
            $0.dialogue == $1.dialogue && $0.utterance == $1.utterance && $0.gold == $1.gold
        }
        guard same, run.predictions.rows.count == first.predictions.rows.count else {
            throw ExperimentError(
                "\(own) and \(other) were tested on other utterances, so their figures cannot be compared.")
        }
    }
}

extension RunComparison.Score {
    /// The score of some runs.
    init(_ name: String, over values: [Double]) {
        self.init(name: name, mean: values.mean, sd: values.count > 1 ? values.standardDeviation : nil)
    }
}

extension RunComparison.Group {
    init(name: String, runs: [FinishedRun]) throws(ExperimentError) {
        self.name = name
        self.runs = runs.sorted { ($0.seed, $0.part) < ($1.seed, $1.part) }
        for (run, next) in zip(self.runs, self.runs.dropFirst()) where run.seed == next.seed && run.part == next.part {
            let fold = run.part.isOfDivision ? " and the same part of the dialogues" : ""
            throw ExperimentError(
                "\(run.folder.path) and \(next.folder.path) are runs of one kind (\(name)) with the same seed \(run.seed)\(fold); leave one "
                    + "out, or tell them apart with --by.")
        }
        func score(_ name: String, _ values: [Double?]) -> RunComparison.Score {
            RunComparison.Score(name, over: values.compactMap { $0 })
        }
        let isDivided = runs.contains(where: \.part.isOfDivision)
        let results = runs.map(\.result)
        // One fold may have no labels where others have some.
        guard
            isDivided ? results.contains(where: { $0.weightedF1 != nil }) : results.allSatisfy({ $0.weightedF1 != nil })
        else {
            throw ExperimentError(
                "the test split of \(runs[0].folder.path) has no labels, so there is nothing to compare.")
        }
        scores =
            [
                score("W-F1", results.map(\.weightedF1)), score("accuracy", results.map(\.accuracy)),
                score("macro-F1", results.map(\.macroF1)), score("UA", results.map(\.balancedAccuracy)),
            ]
            + runs[0].classes.indices.map { index in
                // A fold without the class says nothing about it.
                let rows = results.map { $0.perClass[index] }
                let known = isDivided ? rows.filter { $0.support > 0 } : rows
                return score("F1 " + runs[0].classes[index], (known.isEmpty ? rows : known).map(\.f1))
            }
        pooled = isDivided ? Self.pooled(self.runs) : nil
    }
}
