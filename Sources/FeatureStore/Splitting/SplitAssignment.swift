/// A dialogue as an assignment to splits sees it.
package struct AssignableDialogue: Sendable {
    /// Unique among the dialogues that are divided.
    package var id: String
    /// Dialogues of one number stay together; nil for one that stands alone.
    package var group: Int?
    /// What is to be spread evenly: its utterances of each class, for every dialogue as many numbers. Empty spreads dialogues alone.
    package var classCounts: [Int]

    /// A dialogue; see the properties.
    package init(id: String, group: Int? = nil, classCounts: [Int] = []) {
        self.id = id
        self.group = group
        self.classCounts = classCounts
    }
}

extension Store {
    /// Dialogues as an assignment sees them.
    /// - Parameters:
    ///   - dialogues: Indices of dialogues.
    ///   - groups: What stays together; nil for every dialogue alone.
    ///   - isStratified: Whether the utterances of each class, and those without one, are to be spread evenly too.
    ///   - target: The labels that the classes are of; nil for emotion.
    package func assignable(
        _ dialogues: some Sequence<Int>, groups: DialogueGroups? = nil, isStratified: Bool = false,
        by target: LabelSet? = nil
    ) -> [AssignableDialogue] {
        let (labels, labelNames) = (target?.labels ?? self.labels, target?.labelNames ?? self.labelNames)
        return dialogues.map { index in
            var counts = [Int](repeating: 0, count: isStratified ? labelNames.count + 1 : 0)
            if isStratified {
                for label in labels[self.dialogues[index].range] {
                    counts[label < 0 ? labelNames.count : Int(label)] += 1
                }
            }
            return AssignableDialogue(
                id: self.dialogues[index].id, group: groups?.numbers[index], classCounts: counts)
        }
    }
}

/// Divides dialogues into parts of given shares: splits, or folds.
///
/// The result follows from the ids, the groups, the counts, the shares and the seed, and not from the order of the dialogues.
package enum SplitAssignment {
    /// Divides dialogues, groups whole.
    ///
    /// What is spread are the dialogues and, where they have counts, the utterances of each class. A part of share f is to have f·N of
    /// a kind of which there are N; how far n are from that is (n − f·N)²/(f·N). Groups are taken largest first, by powers of two of
    /// their utterances (of their dialogues where there are no counts); groups of one power in the order of the SHA-256 of "SEED ID",
    /// with the first of their ids. Each goes to the part where the sum of these distances over the kinds grows least. Then groups move
    /// as long as a move makes the sum smaller. Every part gets at least one group.
    /// - Parameter shares: Of the parts, above 0; taken relative to their sum.
    /// - Returns: For each dialogue its part, an index into `shares`.
    /// - Throws: ``SplittingError`` where there are fewer groups than parts.
    package static func divide(
        _ dialogues: [AssignableDialogue], shares: [Double], seed: UInt64
    ) throws(SplittingError) -> [Int] {
        guard !shares.isEmpty, shares.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw SplittingError("the shares \(shares) are not all above 0")
        }
        let units = Unit.units(of: dialogues, seed: seed)
        guard units.count >= shares.count else {
            let what = units.count == dialogues.count ? "dialogue" : "group"
            throw SplittingError(
                "\(units.count) \(what)\(units.count == 1 ? "" : "s") cannot be divided into \(shares.count) parts; give fewer or smaller groups, or fewer parts"
            )
        }
        var balance = Balance(units, shares: shares)
        var parts = units.map { _ in 0 }
        for (index, unit) in units.enumerated() {
            let left = units.count - index
            let isForced = left <= balance.emptyParts
            parts[index] = balance.best(for: unit, amongEmpty: isForced)
            balance.add(unit, to: parts[index])
        }
        var moved = true
        // Each pass makes the sum smaller, so that it ends by itself; the bound is for millions of dialogues.
        for _ in 0..<32 where moved {
            moved = false
            for (index, unit) in units.enumerated() {
                guard let better = balance.move(unit, from: parts[index]) else { continue }
                parts[index] = better
                moved = true
            }
        }
        var result = dialogues.map { _ in 0 }
        for (unit, part) in zip(units, parts) {
            for dialogue in unit.dialogues { result[dialogue] = part }
        }
        return result
    }
}

/// Dialogues that stay together.
private struct Unit {
    /// Indices of the dialogues.
    var dialogues: [Int]
    /// How many of each kind it has: dialogues, then utterances of each class.
    var counts: [Double]
    /// The first of the ids, by their bytes.
    var firstID: [UInt8]
    /// What equal ones are ordered by.
    var rank = ""

    /// What is large comes first. Powers of two only, so that the seed has many to choose among.
    private var magnitude: Int {
        let size = counts.count == 1 ? counts[0] : counts.dropFirst().reduce(0, +)
        return size < 1 ? 0 : Int(size.exponent)
    }

    static func units(of dialogues: [AssignableDialogue], seed: UInt64) -> [Unit] {
        var units: [Unit] = []
        var places: [Int: Int] = [:]
        for (index, dialogue) in dialogues.enumerated() {
            let counts = [1] + dialogue.classCounts.map(Double.init)
            let id = Array(dialogue.id.utf8)
            guard let group = dialogue.group, let place = places[group] else {
                if let group = dialogue.group { places[group] = units.count }
                units.append(Unit(dialogues: [index], counts: counts, firstID: id))
                continue
            }
            units[place].dialogues.append(index)
            for kind in counts.indices { units[place].counts[kind] += counts[kind] }
            if id.lexicographicallyPrecedes(units[place].firstID) { units[place].firstID = id }
        }
        for index in units.indices {
            var digest = SHA256Digest()
            (Array("\(seed) ".utf8) + units[index].firstID).withUnsafeBytes { digest.update($0) }
            units[index].rank = digest.hexadecimal()
        }
        return units.sorted { ($1.magnitude, $0.rank) < ($0.magnitude, $1.rank) }
    }
}

/// How many of each kind the parts have, and how far that is from their shares.
private struct Balance {
    /// Of each part and kind (inner): how many it is to have.
    private let targets: [[Double]]
    private var counts: [[Double]]
    private var unitCounts: [Int]
    /// The kinds of which there are any.
    private let kinds: [Int]

    init(_ units: [Unit], shares: [Double]) {
        let kindCount = units.first?.counts.count ?? 0
        let totals = (0..<kindCount).map { kind in units.reduce(0) { $0 + $1.counts[kind] } }
        let sum = shares.reduce(0, +)
        targets = shares.map { share in totals.map { share / sum * $0 } }
        kinds = totals.indices.filter { totals[$0] > 0 }
        counts = shares.map { _ in totals.map { _ in 0 } }
        unitCounts = shares.map { _ in 0 }
    }

    var emptyParts: Int { unitCounts.count { $0 == 0 } }

    /// By how much the distance of a part grows with a unit more.
    private func growth(_ part: Int, with unit: Unit) -> Double {
        kinds.reduce(0) { sum, kind in
            let (count, target) = (unit.counts[kind], targets[part][kind])
            return sum + count / target * (2 * (counts[part][kind] - target) + count)
        }
    }

    /// The part for a unit; the first of equal ones.
    func best(for unit: Unit, amongEmpty: Bool) -> Int {
        var best: (part: Int, growth: Double)?
        for part in counts.indices where !amongEmpty || unitCounts[part] == 0 {
            let growth = growth(part, with: unit)
            if growth < best?.growth ?? .infinity { best = (part, growth) }
        }
        return best?.part ?? 0
    }

    mutating func add(_ unit: Unit, to part: Int) {
        for kind in kinds { counts[part][kind] += unit.counts[kind] }
        unitCounts[part] += 1
    }

    /// Moves a unit to where the sum becomes smaller, and returns that part; nil where it stays.
    mutating func move(_ unit: Unit, from part: Int) -> Int? {
        guard unitCounts[part] > 1 else { return nil }
        for kind in kinds { counts[part][kind] -= unit.counts[kind] }
        unitCounts[part] -= 1
        let other = best(for: unit, amongEmpty: false)
        // Not for the last digits of a number, or two parts could hand it to and fro.
        let isBetter = other != part && growth(other, with: unit) < growth(part, with: unit) - 1e-9
        add(unit, to: isBetter ? other : part)
        return isBetter ? other : nil
    }
}

/// Why dialogues cannot be divided.
public struct SplittingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it, in one clause.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The clause.
    public var description: String { message }
}
