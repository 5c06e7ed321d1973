import Configuration
import ConversationModels
import FeatureStore
import Foundation
import TerminalText
import Training

/// The runs of a ``SweepPlan`` on a store: which there are, and what becomes of them.
///
/// What is to be trained follows from the plan and the run folders alone. So the same sweep started again goes on where it was, whatever
/// stopped it.
public struct Sweep: Sendable {
    /// One combination of values.
    struct Trial: Sendable {
        /// For example "dropout=0.3,learningRate=0.0001".
        let name: String
        /// The values of the parameters, as the configuration writes them.
        let values: [String]
        /// A run for each seed and each part of the dialogues.
        let runs: [RunSeries.Entry]
    }

    /// Runs of as many epochs.
    struct Round: Sendable {
        /// nil for those of the configuration.
        let epochs: Int?
        /// How many of the trials are left, the best ones.
        let trials: Int
    }

    /// What it was made from.
    public let plan: SweepPlan
    let trials: [Trial]
    /// The parts of the dialogues that each combination is tested on; none where they are not divided.
    let parts: [DivisionPart]
    let rounds: [Round]
    /// What chooses: the score on valid.
    let metric: SelectionMetric
    /// What a user should know: keys that have no effect, once each.
    public let warnings: [String]
    let dataset: String
    let contentID: String

    /// - Parameter threads: the default of `training.threads`.
    /// - Throws: `ConfigurationError`, which names the line, where the plan has keys or values that cannot be.
    public init(_ plan: SweepPlan, store: Store, threads: Int, models: ModelRegister) throws {
        self.plan = plan
        (dataset, contentID) = (store.dataset, store.contentID)
        let parts = try plan.parts(of: store)
        let facts = DatasetFacts(store)
        let common = plan.assignments + (plan.division.map { [$0.assignment] } ?? [])
        func resolved(_ own: Combination, on part: DivisionPart?) throws(ConfigurationError) -> RunConfiguration {
            try RunConfiguration.resolve(
                dataset: facts, preset: plan.preset, assignments: common + own + (part.map { [$0.assignment] } ?? []),
                threads: threads, models: models)
        }
        let combinations = try plan.combinations { (parameter) throws(ConfigurationError) in
            try parameter.isWhole(in: resolved(plan.kindOfModel, on: parts.first))
        }
        let runs = combinations.count * max(1, plan.seeds.count) * max(1, parts.count)
        guard runs <= SweepPlan.mostRuns else {
            throw ConfigurationError(
                "\(plan.name): there are \(runs) runs, one for each combination, seed and part, more than \(SweepPlan.mostRuns); give fewer "
                    + "of them.")
        }
        let base = try resolved(combinations[0], on: parts.first)
        metric = base.training.selection
        rounds = plan.rounds(of: combinations.count, epochs: base.training.epochs)

        var (trials, names, warnings) = ([Trial](), Set<String>(), [String]())
        for combination in combinations {
            var own: [(part: DivisionPart?, configuration: RunConfiguration)] = []
            for part in parts.isEmpty ? [nil] : parts.map(Optional.some) {
                let configuration = try resolved(combination, on: part)
                // What cannot be divided is told before a run begins, and once.
                if trials.isEmpty, let division = plan.division { try division.check(store, configuration) }
                own.append((part, configuration))
            }
            let configuration = own[0].configuration
            try plan.check(configuration)
            let trial = Trial(combination, own, seeds: plan.seeds)
            guard names.insert(trial.name).inserted else {
                throw ConfigurationError(
                    "\(plan.name): two combinations are the same run, \(trial.name); give every value once.")
            }
            let preset = plan.preset ?? Preset(dataset: store.dataset)
            for sentence in configuration.withoutEffect(plan.assignments + combination, preset: preset)
            where !warnings.contains(sentence) { warnings.append(sentence) }
            trials.append(trial)
        }
        (self.trials, self.parts, self.warnings) = (trials, parts, warnings)
    }

    /// The runs of all rounds.
    public var runs: Int { rounds.reduce(0) { $0 + $1.trials } * (trials.first?.runs.count ?? 0) }

    /// The names of the folders of all runs.
    public var names: [String] { trials.flatMap { $0.runs.map(\.name) } }

    /// What would be trained, for people.
    public func overview(in folder: String) -> String {
        var lines = rounds.enumerated().map { number, round in
            let epochs = round.epochs.map { ", \($0) epoch\($0 == 1 ? "" : "s")" } ?? ""
            let each = repetitions.map { " with \($0) each" } ?? ""
            return (rounds.count > 1 ? "round \(number + 1): " : "") + "\(round.trials) combinations\(each)\(epochs)"
        }
        lines += ["", "in \(folder.escapedForTerminal):"] + names.map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    /// What the runs of a combination are, in words: "2 seeds × 5 folds"; nil where there is one.
    var repetitions: String? {
        let seeds = plan.seeds.count > 1 ? "\(plan.seeds.count) seeds" : nil
        let division = plan.division.map { "\(parts.count) \($0.kind)s" }
        let words = [seeds, division].compactMap { $0 }
        return words.isEmpty ? nil : words.joined(separator: " × ")
    }

    /// The runs of a round.
    func entries(_ indices: [Int], _ round: Round) -> [RunSeries.Entry] {
        indices.flatMap { trials[$0].runs }.map { run in
            var configuration = run.configuration
            if let epochs = round.epochs { configuration.training.epochs = epochs }
            return RunSeries.Entry(name: run.name, configuration: configuration)
        }
    }
}

extension SweepPlan {
    /// The first of the kinds of models that are tried: keys of a model belong to its kind.
    fileprivate var kindOfModel: Combination {
        for parameter in parameters where parameter.key == RunConfiguration.modelName {
            guard case .values(let values) = parameter.space, let first = values.first else { continue }
            return [ConfigurationAssignment(key: parameter.key, value: first, origin: parameter.origin)]
        }
        return []
    }

    /// The parts of the dialogues of a store that each combination is tested on.
    fileprivate func parts(of store: Store) throws(ConfigurationError) -> [DivisionPart] {
        try division?.told { (division) throws(TrainingError) in try division.parts(of: store) } ?? []
    }

    /// What a sweep cannot do with a configuration.
    fileprivate func check(_ configuration: RunConfiguration) throws(ConfigurationError) {
        guard configuration.training.protocol == .sound else {
            throw ConfigurationError(
                "\(name): a sweep chooses by the split valid, and training.protocol=paper leaves none; leave it out.")
        }
        let schedule = configuration.optimizer.schedule
        guard method != .halving || !schedule.dependsOnEpochs else {
            throw ConfigurationError(
                "\(name): with optimizer.schedule=\(schedule.rawValue) every step depends on the number of epochs, so that runs cannot go "
                    + "on after a round of halving; choose constant or plateau, or method: random.")
        }
    }

    /// Rounds of more and more epochs for fewer and fewer runs.
    fileprivate func rounds(of count: Int, epochs most: Int) -> [Sweep.Round] {
        guard method == .halving else { return [Sweep.Round(epochs: nil, trials: count)] }
        var rounds: [Sweep.Round] = []
        var (epochs, left) = (min(firstEpochs, most), count)
        while true {
            rounds.append(Sweep.Round(epochs: epochs, trials: left))
            guard epochs < most else { return rounds }
            epochs = epochs > most / factor ? most : epochs * factor
            left = max(1, left / factor)
        }
    }
}

extension Division {
    /// Does something with it; what is thrown begins with the line that asks for it.
    fileprivate func told<Value>(
        _ body: (Division) throws(TrainingError) -> Value
    ) throws(ConfigurationError) -> Value {
        do throws(TrainingError) {
            return try body(self)
        } catch {
            throw ConfigurationError("\(origin): \(error.description)")
        }
    }

    /// Whether the run of a part can divide the dialogues of a store.
    fileprivate func check(_ store: Store, _ configuration: RunConfiguration) throws(ConfigurationError) {
        try told { (_) throws(TrainingError) in try DialogueDivision.check(store, for: configuration) }
    }
}

extension SweepPlan.Parameter {
    /// Whether its key takes whole numbers only.
    /// - Throws: `ConfigurationError` where there is no such key, it takes no numbers, or not those of the range.
    fileprivate func isWhole(in configuration: RunConfiguration) throws(ConfigurationError) -> Bool {
        guard case .range(let min, let max, _, _) = space else { return false }
        var sections = configuration.sections
        for end in [min, max] {
            try sections.apply(ConfigurationAssignment(key: key, value: .scalar(end), origin: origin))
        }
        switch sections.key(key).flatMap({ $0.read($0.defaultNode) }) {
        case is Int, is UInt64: return true
        case is Double: return false
        default:
            throw ConfigurationError("\(origin): \(key) is no number, so it has no min and max; list its values.")
        }
    }
}

extension Sweep.Trial {
    /// - Parameter parts: The configuration on each part of the dialogues; one without a part where they are not divided.
    fileprivate init(
        _ combination: Combination, _ parts: [(part: DivisionPart?, configuration: RunConfiguration)], seeds: [UInt64]
    ) {
        values = combination.map { parts[0].configuration.text(of: $0.key) }
        let keys = combination.map(\.key)
        let name = SweepNames.folder(zip(SweepNames.short(keys), values).map { ($0, $1) })
        self.name = name
        runs = (seeds.isEmpty ? [nil] : seeds.map(Optional.some)).flatMap { seed in
            parts.map { part, configuration in
                var own = configuration
                if let seed { own.training.seed = seed }
                let ends = [seed.map { ",seed=\($0)" }, part.map { ",\($0.kind)=\($0.label)" }]
                return RunSeries.Entry(name: name + ends.compactMap { $0 }.joined(), configuration: own)
            }
        }
    }
}

/// What keys and runs of a sweep are called.
enum SweepNames {
    /// The last parts of keys, where they tell them apart.
    static func short(_ keys: [String]) -> [String] {
        let last = keys.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
        return zip(keys, last).map { key, short in last.count { $0 == short } == 1 ? short : key }
    }

    /// The name of a folder that follows from the values alone, so that a sweep with more of them finds its runs again.
    static func folder(_ settings: [(key: String, value: String)]) -> String {
        let text = settings.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        let plain = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "+")...UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "="),
                UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        // A name can have 255 bytes, and a seed, a part and the marks of an unfinished folder are added.
        if plain.count <= 160, plain.elementsEqual(text.utf8) { return text }
        let digest = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(decoding: plain.prefix(120), as: UTF8.self) + "-" + String(digest, radix: 16)
    }
}
