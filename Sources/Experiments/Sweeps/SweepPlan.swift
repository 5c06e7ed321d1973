import Configuration
import Training

/// What a sweep tries, as its YAML file says it. docs/training.md describes the file.
public struct SweepPlan: Sendable {
    /// How combinations of values are found.
    public enum Method: String, CaseIterable, Sendable {
        /// Every value with every other.
        case grid
        /// Values that are drawn.
        case random
        /// Successive halving (Jamieson and Talwalkar, 2016): many combinations for a few epochs, the best of them for more.
        case halving
    }

    /// The values of one key.
    struct Parameter: Sendable {
        let key: String
        let space: Space
        /// The file and the line, for messages.
        let origin: String
    }

    /// What a key may be.
    enum Space: Sendable {
        case values([ConfigurationNode])
        /// Numbers between two bounds, equally likely, or their logarithms so; `count` of them in a grid.
        case range(min: String, max: String, isLogarithmic: Bool, count: Int?)
    }

    /// The file's name, for messages.
    public let name: String
    /// The store to train on.
    public let store: String?
    /// The folder of all runs.
    public let output: String?
    /// How combinations are found.
    public let method: Method
    let preset: Preset?
    /// The keys that all runs have in common.
    let assignments: [ConfigurationAssignment]
    let parameters: [Parameter]
    /// The values of training.seed that each combination is trained with; empty for that of the configuration.
    let seeds: [UInt64]
    /// The parts of the dialogues that each combination is tested on; nil for what the configuration says.
    let division: Division?
    /// How many combinations are drawn; nil in a grid.
    let draws: Int?
    /// Of the draws.
    let drawSeed: UInt64
    /// Of successive halving: the epochs of the first round, and what the next rounds have that many times more epochs and fewer runs of.
    let firstEpochs: Int
    let factor: Int

    private static let names = [
        "store", "output", "preset", "method", "draws", "drawSeed", "seeds", "folds", "leaveGroupOut", "configuration",
        "parameters", "halving",
    ]
    /// As many combinations as anybody can train.
    static let mostCombinations = 10_000
    /// As many runs of all of these together.
    static let mostRuns = 100_000

    /// - Parameter name: the file's name, for messages, which tell the line too.
    /// - Throws: `ConfigurationError` where the text is no plan.
    public init(yaml: String, name: String) throws(ConfigurationError) {
        let root = SweepEntries(try SettingsFile(yaml: yaml, name: name).entries)
        try root.require(Self.names)
        self.name = name
        store = try root["store"]?.word
        output = try root["output"]?.word
        preset = try root["preset"]?.choice(of: Preset.self)
        method = try root["method"]?.choice(of: Method.self) ?? .grid
        draws = try root["draws"]?.whole(in: 1...Self.mostCombinations)
        drawSeed = UInt64(try root["drawSeed"]?.whole(in: 0...Int.max) ?? 0)
        seeds = try root["seeds"]?.seeds ?? []
        if let folds = root["folds"] {
            division = try folds.folds
        } else {
            division = try root["leaveGroupOut"]?.groups
        }
        assignments =
            try root["configuration"].map { (entry) throws(ConfigurationError) in
                _ = try entry.entries
                return entry.assignments
            } ?? []
        let halving = SweepEntries(try root["halving"]?.entries ?? [])
        try halving.require(["epochs", "factor"])
        firstEpochs = try halving["epochs"]?.whole(in: 1...100_000) ?? 1
        factor = try halving["factor"]?.whole(in: 2...1000) ?? 3

        guard let given = root["parameters"] else {
            throw ConfigurationError(
                "\(name): there are no parameters; list the keys to vary, for example parameters: {model.dropout: [0.3, 0.5]}."
            )
        }
        parameters = try Self.parameters(given)
        try check(root)
    }

    /// What is right by itself but not together.
    private func check(_ root: SweepEntries) throws(ConfigurationError) {
        if let draws = root["draws"], method == .grid {
            throw draws.error("a grid has all combinations and draws none; leave draws out, or choose method: random")
        }
        if let seed = root["drawSeed"], draws == nil {
            throw seed.error("nothing is drawn; give draws, the number of combinations, or leave drawSeed out")
        }
        guard method != .random || draws != nil else {
            throw ConfigurationError("\(name): method random needs draws, the number of combinations to try.")
        }
        if let halving = root["halving"], method != .halving {
            throw halving.error("these are settings of method: halving; choose it, or leave them out")
        }
        try checkDivision(root)
        for parameter in parameters {
            if parameter.key == "training.seed" {
                throw ConfigurationError(
                    "\(parameter.origin): seeds are no parameter that is chosen; give them as seeds: [1, 2, 3].")
            }
            if parameter.key == "training.selection" {
                throw ConfigurationError(
                    "\(parameter.origin): runs are ranked by training.selection, so it is the same for all; set it under configuration."
                )
            }
            if parameter.key == "training.epochs", method == .halving {
                throw ConfigurationError(
                    "\(parameter.origin): halving gives its runs their epochs; set the most, training.epochs, under configuration."
                )
            }
            if assignments.contains(where: { $0.key == parameter.key }) {
                throw ConfigurationError(
                    "\(parameter.origin): \(parameter.key) is set under configuration too; leave it out at one of the places."
                )
            }
        }
    }

    /// What names parts of the dialogues in more than one way.
    private func checkDivision(_ root: SweepEntries) throws(ConfigurationError) {
        if root["folds"] != nil, let groups = root["leaveGroupOut"] {
            throw groups.error("leaveGroupOut divides the dialogues by itself; leave folds out")
        }
        let ofOnePart = ["data.folds", "data.fold", "data.leaveOut"]
        if let parameter = parameters.first(where: { ofOnePart.contains($0.key) }) {
            throw ConfigurationError(
                "\(parameter.origin): parts of the dialogues are no parameter that is chosen; give all of them as folds: 5 or "
                    + "leaveGroupOut: session, beside parameters.")
        }
        // A run's config.yaml names every key.
        let set = assignments.filter { !["0", "", "none"].contains($0.value.text) }
        if let division,
            let own = set.first(where: { ofOnePart.contains($0.key) || $0.key == division.assignment.key })
        {
            throw ConfigurationError(
                "\(own.origin): \(root["folds"] == nil ? "leaveGroupOut" : "folds") asks for runs on all parts of the dialogues; leave "
                    + "\(own.key) out.")
        }
        if division == nil, let folds = set.first(where: { $0.key == "data.folds" }),
            !set.contains(where: { $0.key == "data.fold" })
        {
            throw ConfigurationError(
                "\(folds.origin): nothing says which of the folds is test; write folds: \(folds.value.text) beside configuration for all of "
                    + "them, or add data.fold.")
        }
    }

    private static func parameters(_ entry: SettingsFile.Entry) throws(ConfigurationError) -> [Parameter] {
        let entries = try entry.entries
        guard !entries.isEmpty else { throw entry.error("there are no parameters; list the keys to vary") }
        var parameters: [Parameter] = []
        for entry in entries { parameters.append(try parameter(entry)) }
        return parameters
    }

    private static func parameter(_ entry: SettingsFile.Entry) throws(ConfigurationError) -> Parameter {
        switch entry.content {
        case .value(.list(let items)):
            guard !items.isEmpty else { throw entry.error("the list is empty; give values, or leave the key out") }
            return Parameter(key: entry.key, space: .values(items.map { .scalar($0) }), origin: entry.origin)
        case .list(let items): return Parameter(key: entry.key, space: .values(items), origin: entry.origin)
        case .value:
            throw entry.error(
                "\(entry.key) has one value; list several, give min and max, or move it to configuration")
        case .entries(let entries):
            let range = SweepEntries(entries)
            guard entry.key.contains(".") || range["min"] != nil || range["max"] != nil else {
                throw entry.error("write the keys in full, for example optimizer.learningRate: [1e-4, 3e-4]")
            }
            try range.require(["min", "max", "scale", "count"])
            guard let low = range["min"], let high = range["max"] else {
                throw entry.error("a range needs min and max, for example {min: 1e-5, max: 1e-3, scale: log}")
            }
            let (min, max) = (try low.number, try high.number)
            guard min.value < max.value else { throw high.error("max must be larger than min") }
            let isLogarithmic = try range["scale"]?.choice(of: Scale.self) == .log
            guard !isLogarithmic || min.value > 0 else { throw low.error("min must be above 0 where scale is log") }
            return Parameter(
                key: entry.key,
                space: .range(
                    min: min.text, max: max.text, isLogarithmic: isLogarithmic,
                    count: try range["count"]?.whole(in: 2...mostCombinations)),
                origin: entry.origin)
        }
    }

    private enum Scale: String, CaseIterable { case linear, log }
}

/// The entries of a mapping by their names.
private struct SweepEntries {
    let entries: [SettingsFile.Entry]

    init(_ entries: [SettingsFile.Entry]) { self.entries = entries }

    subscript(name: String) -> SettingsFile.Entry? { entries.first { $0.key == name } }

    /// Refuses entries with other names.
    func require(_ names: [String]) throws(ConfigurationError) {
        if let other = entries.first(where: { !names.contains($0.key) }) { throw other.unknown(among: names) }
    }
}

extension SettingsFile.Entry {
    fileprivate func error(_ reason: String) -> ConfigurationError { ConfigurationError("\(origin): \(reason).") }

    fileprivate func refused(_ expectation: String) -> ConfigurationError {
        let given =
            switch content {
            case .value(.scalar(let text)): "\"\(text)\""
            case .value, .list: "a list"
            case .entries: "a mapping"
            }
        return ConfigurationError("\(origin): \(key) must be \(expectation), not \(given).")
    }

    fileprivate var word: String {
        get throws(ConfigurationError) {
            guard case .value(.scalar(let text)) = content, !text.isEmpty else { throw refused("a name") }
            return text
        }
    }

    fileprivate var number: (text: String, value: Double) {
        get throws(ConfigurationError) {
            guard case .value(.scalar(let text)) = content, let value = Double(text), value.isFinite else {
                throw refused("a number")
            }
            return (text, value)
        }
    }

    fileprivate func whole(in bounds: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        guard case .value(.scalar(let text)) = content, let value = Int(text), bounds.contains(value) else {
            let upper = bounds.upperBound == Int.max ? "" : " to \(bounds.upperBound)"
            throw refused("a whole number from \(bounds.lowerBound)\(upper)")
        }
        return value
    }

    fileprivate func choice<Choice: CaseIterable & RawRepresentable>(
        of type: Choice.Type
    ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
        guard case .value(.scalar(let text)) = content, let choice = Choice(rawValue: text) else {
            throw refused("one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    fileprivate var seeds: [UInt64] {
        get throws(ConfigurationError) {
            guard case .value(.list(let items)) = content, !items.isEmpty else {
                throw refused("a list of different whole numbers, for example [1, 2, 3]")
            }
            let numbers = items.compactMap { UInt64($0) }
            guard numbers.count == items.count, Set(numbers).count == numbers.count else {
                throw refused("a list of different whole numbers, for example [1, 2, 3]")
            }
            return numbers
        }
    }

    fileprivate var folds: Division {
        get throws(ConfigurationError) {
            guard case .value(.scalar(let text)) = content, let count = Int(text),
                let division = Division(folds: count, origin: origin)
            else { throw refused("a whole number from 2 to 100000") }
            return division
        }
    }

    fileprivate var groups: Division {
        get throws(ConfigurationError) {
            guard let division = Division(leavingGroupOut: try word, origin: origin) else {
                throw refused("session, speaker or a regular expression with one capture")
            }
            return division
        }
    }

    fileprivate var entries: [SettingsFile.Entry] {
        get throws(ConfigurationError) {
            switch content {
            case .entries(let entries): return entries
            // An empty section.
            case .value(.scalar("")): return []
            default: throw refused("keys and values")
            }
        }
    }
}
