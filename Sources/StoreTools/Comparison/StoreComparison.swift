import FeatureStore
import Foundation

/// What differs between two stores: names, dialogues, utterances, feature rows. Provenance, statistics, compression and
/// layout do not count, as they do not for the content id.
public struct StoreComparison: Sendable {
    /// The path of the first store as it was given.
    public let left: String
    /// The path of the second store as it was given.
    public let right: String
    /// The first store's content id.
    package let leftContentID: String
    /// The second store's content id.
    package let rightContentID: String
    /// Everything that differs; empty for stores of the same content.
    public private(set) var differences: [StoreDifference] = []

    /// Whether nothing differs.
    public var isEqual: Bool { differences.isEmpty }

    /// Compares two stores, a few megabytes of rows at a time. Both are checked first.
    /// - Throws: `StoreError` where one cannot be read or is damaged.
    public init(_ left: Store, _ right: Store) throws {
        self.left = left.path
        self.right = right.path
        leftContentID = left.contentID
        rightContentID = right.contentID
        try left.verify()
        try right.verify()
        compareNames(left, right)
        let features = compareFeatures(left, right)
        let pairs = compareDialogues(left, right)
        try compareUtterances(left, right, pairs)
        compareTargets(left, right, pairs)
        for feature in features {
            var rows = RowComparison(feature, left, right)
            try rows.compare(pairs)
            if let difference = rows.difference { differences.append(difference) }
        }
        if differences.isEmpty, try !left.hasContent(rightContentID), try !right.hasContent(leftContentID) {
            differences.append(
                StoreDifference(
                    .storage, at: "/",
                    "every value is equal, but the content ids differ: stored types, or unknown content"))
        }
    }

    // MARK: Names

    private mutating func compareNames(_ left: Store, _ right: Store) {
        if left.dataset.differs(from: right.dataset) {
            differences.append(
                StoreDifference(.dataset, at: "/", "the dataset is '\(left.dataset)' and '\(right.dataset)'"))
        }
        let lists = [
            (StorePath.labelNames, left.labelNames, right.labelNames),
            (StorePath.speakerNames, left.speakerNames, right.speakerNames),
            (StorePath.splitNames, left.splits.map(\.name), right.splits.map(\.name)),
            (StorePath.splitOrigin, left.splits.map(\.origin), right.splits.map(\.origin)),
            (StorePath.speakers, [left.speakerScope.rawValue], [right.speakerScope.rawValue]),
        ]
        for (path, own, other) in lists {
            let rows = (0..<max(own.count, other.count)).filter { row in
                row >= own.count || row >= other.count || own[row].differs(from: other[row])
            }
            if rows.isEmpty { continue }
            let examples = rows.map { row in
                "row \(row): \(row < own.count ? "'\(own[row])'" : "nothing") and \(row < other.count ? "'\(other[row])'" : "nothing")"
            }
            differences.append(
                StoreDifference(
                    .names, at: path, "\(rows.count) of the names differ", count: rows.count, examples: examples))
        }
    }

    // MARK: Features

    /// Returns the features that can be compared row by row.
    private mutating func compareFeatures(_ left: Store, _ right: Store) -> [FeatureDescription] {
        var common: [FeatureDescription] = []
        let names = Set((left.features + right.features).map { Array($0.name.utf8) })
            .map { String(decoding: $0, as: UTF8.self) }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard let own = left.feature(named: name), let other = right.feature(named: name) else {
                let owner = left.feature(named: name) == nil ? right.path : left.path
                differences.append(StoreDifference(.features, at: StorePath.feature(name), "only '\(owner)' has it"))
                continue
            }
            for (what, ownValue, otherValue) in [
                ("width", "\(own.width)", "\(other.width)"),
                ("modality", own.modality.rawValue, other.modality.rawValue),
                ("layer", own.layer.map(String.init) ?? "none", other.layer.map(String.init) ?? "none"),
                ("extractor", own.extractor ?? "not named", other.extractor ?? "not named"),
                ("source type", own.sourceDataType, other.sourceDataType),
            ] where ownValue.differs(from: otherValue) {
                differences.append(
                    StoreDifference(
                        .features, at: StorePath.feature(name), "its \(what) is \(ownValue) and \(otherValue)"))
            }
            if own.width == other.width { common.append(own) }
        }
        return common
    }

    // MARK: Dialogues

    /// Returns the dialogues of both stores that have equal lengths, in the first store's order.
    private mutating func compareDialogues(_ left: Store, _ right: Store) -> [DialoguePair] {
        let others = Dictionary(right.dialogues.enumerated().map { (Array($1.id.utf8), $0) }) { first, _ in first }
        let own = Set(left.dialogues.map { Array($0.id.utf8) })
        var (missing, lengths, splits) = ([String](), [String](), [String]())
        var (common, pairs) = ([Int](), [DialoguePair]())
        for dialogue in left.dialogues {
            guard let index = others[Array(dialogue.id.utf8)] else {
                missing.append("dialogue '\(dialogue.id)'")
                continue
            }
            let other = right.dialogues[index]
            common.append(index)
            let names = (Self.split(of: dialogue, in: left), Self.split(of: other, in: right))
            if names.0.differs(from: names.1) { splits.append("dialogue '\(dialogue.id)': \(names.0) and \(names.1)") }
            if dialogue.range.count == other.range.count {
                pairs.append(DialoguePair(id: dialogue.id, left: dialogue.range, right: other.range))
            } else {
                lengths.append("dialogue '\(dialogue.id)': \(dialogue.range.count) and \(other.range.count) utterances")
            }
        }
        let added = right.dialogues.filter { !own.contains(Array($0.id.utf8)) }.map { "dialogue '\($0.id)'" }
        for (path, what, examples) in [
            (StorePath.dialogueID, "dialogues are only in '\(left.path)'", missing),
            (StorePath.dialogueID, "dialogues are only in '\(right.path)'", added),
            (StorePath.utteranceOffset, "dialogues differ in length; their utterances are not compared", lengths),
            (StorePath.dialogueSplit, "dialogues are in another split", splits),
        ] where !examples.isEmpty {
            differences.append(
                StoreDifference(
                    .dialogues, at: path, "\(examples.count) \(what)", count: examples.count, examples: examples))
        }
        compareOrder(left, right, common)
        return pairs
    }

    private mutating func compareOrder(_ left: Store, _ right: Store, _ common: [Int]) {
        if zip(common, common.dropFirst()).contains(where: { $0 > $1 }) {
            differences.append(
                StoreDifference(.order, at: StorePath.dialogueID, "the dialogues stand in another order"))
        }
        guard left.dialogues.count == right.dialogues.count,
            !zip(left.dialogues, right.dialogues).contains(where: { $0.id.differs(from: $1.id) }),
            left.dialogues.map(\.sourcePosition) != right.dialogues.map(\.sourcePosition)
        else { return }
        differences.append(
            StoreDifference(.order, at: StorePath.sourceOrder, "the source listed the dialogues in another order"))
    }

    private static func split(of dialogue: StoreDialogue, in store: Store) -> String {
        dialogue.split.map { store.splits[$0].name } ?? "no split"
    }

    // MARK: Labels beside those of emotion

    private mutating func compareTargets(_ left: Store, _ right: Store, _ pairs: [DialoguePair]) {
        func target(_ name: [UInt8], _ store: Store) -> LabelSet? {
            store.targets.first { name.elementsEqual($0.name.utf8) }
        }
        let names = Set((left.targets + right.targets).map { Array($0.name.utf8) })
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let place = "\(StorePath.targets)/\(String(decoding: name, as: UTF8.self))"
            guard let own = target(name, left), let other = target(name, right) else {
                let owner = target(name, left) == nil ? right.path : left.path
                differences.append(StoreDifference(.targets, at: place, "only '\(owner)' has it"))
                continue
            }
            let (classes, others) = (own.labelNames, other.labelNames)
            if classes.count != others.count || zip(classes, others).contains(where: { $0.differs(from: $1) }) {
                differences.append(
                    StoreDifference(
                        .targets, at: place,
                        "its classes are \(classes.joined(separator: ", ")) and \(others.joined(separator: ", "))"))
            }
            if (own.values == nil) != (other.values == nil) {
                let owner = own.values == nil ? right.path : left.path
                differences.append(StoreDifference(.targets, at: place, "only '\(owner)' has its numbers"))
            }
            var (count, examples) = (0, [String]())
            for pair in pairs {
                for (index, (row, otherRow)) in zip(pair.left, pair.right).enumerated() {
                    let labels = (
                        Self.label(own.labels[row], among: classes), Self.label(other.labels[otherRow], among: others)
                    )
                    let values = (own.values?[row], other.values?[otherRow])
                    let sameValue = values.0 == nil || values.1 == nil || values.0?.bitPattern == values.1?.bitPattern
                    guard labels.0.differs(from: labels.1) || !sameValue else { continue }
                    let texts = (
                        labels.0 + (values.0.map { " (\($0))" } ?? ""), labels.1 + (values.1.map { " (\($0))" } ?? "")
                    )
                    count += 1
                    if count <= StoreDifference.exampleLimit {
                        examples.append("utterance \(index) of dialogue '\(pair.id)': \(texts.0) and \(texts.1)")
                    }
                }
            }
            if count > 0 {
                differences.append(
                    StoreDifference(
                        .targets, at: place, "\(count) utterances have another label", count: count, examples: examples)
                )
            }
        }
    }

    /// A label in words.
    private static func label(_ number: Int32, among names: [String]) -> String {
        number < 0 ? "no label" : "'\(names[Int(number)])'"
    }

    // MARK: Utterances

    private mutating func compareUtterances(_ left: Store, _ right: Store, _ pairs: [DialoguePair]) throws {
        var found: [String: (count: Int, examples: [String])] = [:]
        func note(_ path: String, _ pair: DialoguePair, _ index: Int, _ own: String, _ other: String) {
            var entry = found[path] ?? (0, [])
            entry.count += 1
            if entry.examples.count < StoreDifference.exampleLimit {
                entry.examples.append("utterance \(index) of dialogue '\(pair.id)': \(own) and \(other)")
            }
            found[path] = entry
        }
        for pair in pairs {
            let sentences = (try left.sentences(pair.left), try right.sentences(pair.right))
            for (index, (own, other)) in zip(pair.left, pair.right).enumerated() {
                if left.utteranceIDs[own].differs(from: right.utteranceIDs[other]) {
                    note(
                        StorePath.utteranceID, pair, index, "'\(left.utteranceIDs[own])'",
                        "'\(right.utteranceIDs[other])'")
                }
                let labels = (
                    Self.label(left.labels[own], among: left.labelNames),
                    Self.label(right.labels[other], among: right.labelNames)
                )
                if labels.0.differs(from: labels.1) { note(StorePath.label, pair, index, labels.0, labels.1) }
                let speakers = (
                    left.speakerNames[Int(left.speakers[own])], right.speakerNames[Int(right.speakers[other])]
                )
                if speakers.0.differs(from: speakers.1) {
                    note(StorePath.speaker, pair, index, "'\(speakers.0)'", "'\(speakers.1)'")
                }
                if sentences.0[index].differs(from: sentences.1[index]) {
                    note(StorePath.textBytes, pair, index, "\"\(sentences.0[index])\"", "\"\(sentences.1[index])\"")
                }
            }
        }
        for (path, what) in [
            (StorePath.utteranceID, "utterances have another id"), (StorePath.label, "utterances have another label"),
            (StorePath.speaker, "utterances have another speaker"), (StorePath.textBytes, "sentences differ"),
        ] {
            guard let entry = found[path] else { continue }
            differences.append(
                StoreDifference(
                    .utterances, at: path, "\(entry.count) \(what)", count: entry.count, examples: entry.examples))
        }
    }
}

/// A dialogue of two stores.
struct DialoguePair {
    var id: String
    var left: Range<Int>
    var right: Range<Int>
}

extension String {
    /// Whether the bytes are others: Swift takes a composed letter and its parts for one.
    fileprivate func differs(from other: String) -> Bool { !utf8.elementsEqual(other.utf8) }
}
