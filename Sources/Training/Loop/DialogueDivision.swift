import Configuration
import Conversations
import FeatureStore

/// Which dialogues of a store are train, valid and test for a run: the store's own splits, or those that the keys under `data` make.
///
/// What is made follows from ids, classes, groups and `data.splitSeed`; it is what `vuemo split --stratify` would write, without a store.
public struct DialogueDivision: Equatable, Sendable {
    /// Indices into the store's dialogues, in stored order.
    let train, valid, test: [Int]
    /// What test is, in words: "the split test", "fold 1 of 5", "group Ses05 of 5".
    let part: String

    /// - Throws: `TrainingError` where the keys contradict each other or the dialogues cannot be divided so.
    init(
        _ store: Store, labels: RunLabels, data: Settings<DataKeys>, protocol trainingProtocol: TrainingProtocol
    ) throws(TrainingError) {
        if let fault = data.fault(under: trainingProtocol) { throw TrainingError(.configuration, fault + ".") }
        if case .share(let share, joiningValid: false) = data.validFrom, !data.isDivided,
            !store.dialogues(inSplit: SplitName.valid).isEmpty
        {
            throw Self.refused(
                store,
                "it has a split valid already; leave --valid-from out, or join it with train first: --valid-from train+valid:\(share)"
            )
        }
        var parts: (train: [Int], valid: [Int], test: [Int])
        do throws(SplittingError) {
            if data.folds > 0 {
                var groups: DialogueGroups?
                if let grouping = data.groupBy.grouping { groups = try DialogueGroups(grouping, of: store) }
                let folds = try Self.divide(
                    store, Array(store.dialogues.indices), shares: Array(repeating: 1, count: data.folds),
                    groups: groups, labels, data)
                parts = Self.parts(folds.map { $0 == data.fold - 1 })
                part = "fold \(data.fold) of \(data.folds)"
            } else if !data.leaveOut.isEmpty, let grouping = data.groupBy.grouping {
                let groups = try DialogueGroups(grouping, of: store)
                let left = try groups.numbers(named: [data.leaveOut])
                parts = Self.parts(groups.numbers.map(left.contains))
                part = "group \(data.leaveOut) of \(groups.count)"
            } else {
                parts = (
                    store.dialogues(inSplit: SplitName.train), store.dialogues(inSplit: SplitName.valid),
                    store.dialogues(inSplit: SplitName.test)
                )
                part = "the split test"
            }
            if case .share(let share, _) = data.validFrom {
                parts.train = (parts.train + parts.valid).sorted()
                let isValid = try Self.divide(
                    store, parts.train, shares: [1 - share, share], groups: nil, labels, data
                ).map { $0 == 1 }
                parts.valid = zip(parts.train, isValid).filter(\.1).map(\.0)
                parts.train = zip(parts.train, isValid).filter { !$0.1 }.map(\.0)
            }
        } catch {
            throw Self.refused(store, error.message)
        }
        if data.isDivided, parts.train.isEmpty { throw Self.refused(store, "nothing is left to train on") }
        (train, valid, test) = parts
    }

    /// The dialogues of train, valid or test; none where the split has another name.
    subscript(split: String) -> [Int] {
        switch split {
        case SplitName.train: train
        case SplitName.valid: valid
        case SplitName.test: test
        default: []
        }
    }

    /// Whether a run of a configuration can divide the dialogues of a store.
    /// - Throws: `TrainingError` where it cannot.
    package static func check(_ store: Store, for configuration: RunConfiguration) throws(TrainingError) {
        _ = try DialogueDivision(
            store, labels: RunLabels(store: store, data: configuration.data), data: configuration.data,
            protocol: configuration.training.protocol)
    }

    /// The names of a store's groups in the order of their bytes; `data.leaveOut` takes each.
    /// - Throws: `TrainingError` where the store has no such groups, or one only.
    package static func groups(of store: Store, by choice: GroupChoice) throws(TrainingError) -> [String] {
        guard let grouping = choice.grouping else {
            throw TrainingError(
                .configuration, "nothing says which dialogues are a group; give a pattern, speaker or session.")
        }
        let groups: DialogueGroups
        do { groups = try DialogueGroups(grouping, of: store) } catch { throw refused(store, error.message) }
        guard groups.count > 1 else {
            throw refused(
                store, "all of its dialogues are one group (\(choice.node.text)), so that nothing is left to train on")
        }
        if groups.firstNames.contains("") {
            throw refused(store, "\(choice.node.text) captures nothing in some ids; give one that fits every id")
        }
        return groups.firstNames.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func refused(_ store: Store, _ why: String) -> TrainingError {
        TrainingError(.data, "\(store.path) cannot be divided: \(why).")
    }

    /// Test where `isTest` says so, train elsewhere.
    private static func parts(_ isTest: [Bool]) -> (train: [Int], valid: [Int], test: [Int]) {
        (isTest.indices.filter { !isTest[$0] }, [], isTest.indices.filter { isTest[$0] })
    }

    private static func divide(
        _ store: Store, _ dialogues: [Int], shares: [Double], groups: DialogueGroups?, _ labels: RunLabels,
        _ data: Settings<DataKeys>
    ) throws(SplittingError) -> [Int] {
        try SplitAssignment.divide(
            store.assignable(dialogues, groups: groups, isStratified: true, by: labels.stored), shares: shares,
            seed: data.splitSeed)
    }
}

extension GroupChoice {
    /// The same as the store's division takes it; nil for none.
    var grouping: DialogueGrouping? {
        switch self {
        case .none: nil
        case .speaker: .speakers
        case .pattern(let pattern): .pattern(pattern)
        }
    }
}
