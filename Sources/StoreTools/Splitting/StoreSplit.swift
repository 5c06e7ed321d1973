import FeatureStore
import Files
import Foundation

/// Divides the dialogues of a store anew.
public enum StoreSplit {
    /// Writes a store with the same dialogues in new splits. Within a split they stand in the order of the source; statistics are
    /// measured anew, and each split says where it came from. The store is checked first.
    /// - Throws: ``StoreToolsError`` where the dialogues cannot be divided so or the output exists; `StoreError` for a damaged store.
    @discardableResult
    public static func write(
        _ plan: SplitPlan, of store: Store, to output: OutputPath,
        options: StoreWriterOptions = StoreWriterOptions(refusesNonFiniteValues: false), origin: StoreOrigin
    ) throws -> WrittenStore {
        try output.refuseUnusable(inputs: [store.path])
        let division = try Division(plan, store)
        try store.verify()
        let names = SplitPlan.names.filter { division.origins[$0] != nil }
        var join = StoreJoin(splitNames: names, labelNames: store.labelNames, template: store)
        let sourceOrder = store.dialogues.indices.sorted {
            (store.dialogues[$0].sourcePosition, $0) < (store.dialogues[$1].sourcePosition, $1)
        }
        for name in names {
            let split = SplitDescription(name: name, origin: division.origins[name] ?? "")
            for index in sourceOrder where division.splits[index] == name {
                try join.add(index, of: store, sourceOffset: 0, to: split)
            }
        }
        var manifest = try join.manifest(features: store.features)
        try origin.record("split: \(plan.words)", of: [store], in: &manifest)
        return try join.write(manifest, to: output, options: options)
    }
}

/// Which dialogue of a store goes to which split, and why.
private struct Division {
    private let plan: SplitPlan
    private let store: Store
    private let groups: DialogueGroups?
    /// For each dialogue the name of its split.
    private(set) var splits: [String] = []
    /// For each split where it came from, in words.
    private(set) var origins: [String: String] = [:]

    init(_ plan: SplitPlan, _ store: Store) throws(StoreToolsError) {
        (self.plan, self.store) = (plan, store)
        do throws(SplittingError) {
            groups = try plan.grouping.map { grouping throws(SplittingError) in try DialogueGroups(grouping, of: store)
            }
        } catch {
            throw Self.refused(store, error.message)
        }
        try divide()
        if let share = plan.validShare { try takeValid(share) }
    }

    private static func refused(_ store: Store, _ why: String) -> StoreToolsError {
        StoreToolsError("store '\(store.path)' cannot be split: \(why)")
    }

    private var name: String { (store.path as NSString).lastPathComponent }

    private mutating func divide() throws(StoreToolsError) {
        let all = Array(store.dialogues.indices)
        let chosen = "chosen by vuemo split \(plan.words)"
        switch plan.method {
        case .kept:
            splits = try store.dialogues.map { dialogue throws(StoreToolsError) in
                guard let split = dialogue.split, SplitPlan.names.contains(store.splits[split].name) else {
                    throw Self.refused(
                        store,
                        "dialogue '\(dialogue.id)' is in none of the splits train, valid and test; divide all dialogues anew with --fractions"
                    )
                }
                return store.splits[split].name
            }
            for split in store.splits where splits.contains(split.name) { origins[split.name] = split.origin }
            try requireWholeGroups()
        case .fractions(let shares):
            let parts = try parts(all, shares.map(\.share))
            splits = parts.map { shares[$0].split }
            for share in shares {
                origins[share.split] = "\(share.share) of all dialogues of \(name), \(chosen)"
            }
        case .fold(let number, let count):
            let parts = try parts(all, [Double](repeating: 1, count: count))
            splits = parts.map { $0 == number - 1 ? "test" : "train" }
            origins = [
                "train": "all dialogues of \(name) but fold \(number) of \(count), \(chosen)",
                "test": "fold \(number) of \(count) of all dialogues of \(name), \(chosen)",
            ]
        case .leftOut(let names):
            guard let groups else { return }
            let left: Set<Int>
            do throws(SplittingError) { left = try groups.numbers(named: names) } catch {
                throw Self.refused(store, error.message)
            }
            let listed = SplitPlan.list(names, separator: ", ")
            guard left.count < groups.count else {
                throw Self.refused(store, "nothing is left to train on without \(listed)")
            }
            splits = groups.numbers.map { left.contains($0) ? "test" : "train" }
            origins = [
                "train": "all dialogues of \(name) but those of \(listed), \(chosen)",
                "test": "the dialogues of \(listed) of \(name), \(chosen)",
            ]
        }
    }

    /// Takes the split valid from the train dialogues.
    private mutating func takeValid(_ share: Double) throws(StoreToolsError) {
        guard !splits.contains("valid") else {
            throw Self.refused(
                store,
                "it has a split valid already; leave that out first with 'vuemo subset --split train test', or divide all dialogues anew with --fractions"
            )
        }
        let train = splits.indices.filter { splits[$0] == "train" }
        guard !train.isEmpty else { throw Self.refused(store, "it has no train dialogues to take valid ones from") }
        for (index, part) in zip(train, try parts(train, [1 - share, share])) where part == 1 {
            splits[index] = "valid"
        }
        origins["valid"] = "\(share) of the train dialogues of \(name), chosen by vuemo split \(plan.words)"
        origins["train", default: ""] += ", without those for valid"
    }

    /// The parts of some dialogues, by the plan's groups, classes and seed.
    private func parts(_ dialogues: [Int], _ shares: [Double]) throws(StoreToolsError) -> [Int] {
        let candidates = store.assignable(dialogues, groups: groups, isStratified: plan.isStratified)
        do throws(SplittingError) {
            return try SplitAssignment.divide(candidates, shares: shares, seed: plan.seed)
        } catch {
            throw Self.refused(store, error.message)
        }
    }

    /// Refuses splits that are kept although they divide a group.
    private func requireWholeGroups() throws(StoreToolsError) {
        guard let groups else { return }
        var owners: [Int: Int] = [:]
        for (dialogue, group) in groups.numbers.enumerated() {
            let first = owners[group] ?? dialogue
            owners[group] = first
            guard splits[first] != splits[dialogue] else { continue }
            throw Self.refused(
                store,
                "dialogues '\(store.dialogues[first].id)' and '\(store.dialogues[dialogue].id)' are of one group and stand in \(splits[first]) and \(splits[dialogue]) already; divide all dialogues anew, or leave --group-by out"
            )
        }
    }
}
