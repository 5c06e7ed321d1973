import Crypto
import FeatureStore
import Foundation

/// A manifest read and put in the store's order.
struct TableManifest {
    /// Everything but features and sources.
    private(set) var manifest: StoreManifest
    /// For each row of the store, the manifest's row that it comes from.
    private(set) var sourceRows: [Int]

    private struct Dialogue {
        var id: String
        var split: String?
        var rows: [Int] = []
    }

    /// Reads the rows; `progress` is called now and then.
    init(_ request: TableRequest, file: InputFile, progress: () throws -> Void) throws {
        var (rows, dialogues, places) = ([TableRow](), [Dialogue](), [String: Int]())
        var hasSplits = false
        try TableRow.forEach(in: file) { row, line in
            func refuse(_ what: String) -> ConversionError { .input("\(file.name): line \(line) \(what).") }
            guard !row.dialogue.isEmpty, !row.dialogue.contains("\0") else { throw refuse("has no dialogue") }
            let split: String?
            switch row.split {
            case nil: split = nil
            case "train": split = "train"
            case "valid", "dev", "val", "validation": split = "valid"
            case "test": split = "test"
            case let other?: throw refuse("has the split '\(other.prefix(20))'; the splits are train, valid and test")
            }
            hasSplits = hasSplits || split != nil
            let place = places[row.dialogue] ?? dialogues.count
            if place == dialogues.count {
                places[row.dialogue] = place
                dialogues.append(Dialogue(id: row.dialogue, split: split))
            }
            guard dialogues[place].split == split else {
                throw refuse("puts dialogue \(row.dialogue) into the split \(split ?? "of none") after it was in \(dialogues[place].split ?? "none")")
            }
            dialogues[place].rows.append(rows.count)
            rows.append(row)
            if rows.count.isMultiple(of: 4096) { try progress() }
        }
        guard !rows.isEmpty else { throw ConversionError.input("\(file.name) names no utterances.") }
        var warnings: [String] = []
        let splits = try Self.splits(of: &dialogues, request.splitChoice, hasSplits, file.name, &warnings)
        let order = splits.flatMap { split in dialogues.indices.filter { dialogues[$0].split == split.name } }
        sourceRows = order.flatMap { dialogues[$0].rows }
        let (labels, labelNames) = try Self.classes(rows, sourceRows, request.labelNames, file.name)
        let (speakers, speakerNames) = Self.speakers(rows, sourceRows)
        manifest = StoreManifest(
            dataset: request.dataset,
            dialogues: order.map { place in
                DialogueEntry(
                    id: dialogues[place].id, utteranceCount: dialogues[place].rows.count,
                    split: splits.firstIndex { $0.name == dialogues[place].split } ?? 0, sourcePosition: 0)
            },
            utteranceIDs: order.flatMap { place in
                dialogues[place].rows.enumerated().map { rows[$1].utterance ?? "\(dialogues[place].id)_\($0)" }
            },
            labels: labels, speakers: speakers, sentences: sourceRows.map { rows[$0].text ?? "" }, labelNames: labelNames,
            speakerNames: speakerNames, speakerScope: request.speakerScope, splits: splits, features: [])
        for (position, index) in Self.baseOrder(order, dialogues).enumerated() {
            manifest.dialogues[index].sourcePosition = position
        }
        manifest.warnings = warnings
    }

    /// Places in `order` as base files would list them: train and valid in the manifest's order, then test.
    private static func baseOrder(_ order: [Int], _ dialogues: [Dialogue]) -> [Int] {
        order.indices.sorted {
            (dialogues[order[$0]].split == "test" ? 1 : 0, order[$0]) < (dialogues[order[$1]].split == "test" ? 1 : 0, order[$1])
        }
    }

    private static func splits(
        of dialogues: inout [Dialogue], _ choice: SplitChoice, _ hasSplits: Bool, _ name: String, _ warnings: inout [String]
    ) throws(ConversionError) -> [SplitDescription] {
        let source = "train dialogues of \(name)"
        var origins = ["train": hasSplits ? source : "all dialogues of \(name), which has no splits"]
        for index in dialogues.indices { dialogues[index].split = dialogues[index].split ?? "train" }
        for (split, fraction) in [("test", choice.testFraction), ("valid", choice.validFraction)] {
            if dialogues.contains(where: { $0.split == split }) {
                origins[split] = "\(split) dialogues of \(name)"
                if fraction != nil { warnings.append("\(name) names its \(split) dialogues itself: --\(split)-fraction is not used.") }
            } else if let fraction {
                let train = dialogues.indices.filter { dialogues[$0].split == "train" }
                let chosen = choice.choose(split, of: train.map { dialogues[$0].id }, fraction: fraction)
                guard chosen.count < train.count else {
                    throw .input("\(name): \(train.count) train dialogues cannot be divided into train and \(split) by \(fraction): give a smaller fraction.")
                }
                for place in chosen { dialogues[train[place]].split = split }
                origins[split] = "\(fraction) of the \(source), chosen by --\(split)-fraction \(fraction) --split-seed \(choice.seed)"
                origins["train"]! += ", without those for \(split)"
            } else {
                warnings.append("\(name) names no \(split) dialogues: the store has no \(split) split.")
            }
        }
        return ["train", "valid", "test"].compactMap { split in
            dialogues.contains { $0.split == split } ? SplitDescription(name: split, origin: origins[split] ?? source) : nil
        }
    }

    private static func classes(
        _ rows: [TableRow], _ order: [Int], _ given: [String]?, _ name: String
    ) throws(ConversionError) -> ([Int32], [String]) {
        let found = Set(rows.compactMap(\.label)).subtracting(["", "-1"])
        let names: [String]
        let numbers = found.compactMap { Int($0) }
        if let given {
            names = given
        } else if numbers.count == found.count, numbers.allSatisfy({ (0..<4096).contains($0) }) {
            names = (0..<(numbers.max() ?? -1) + 1).map(String.init)
        } else {
            names = found.sorted()
        }
        guard names.count <= 4096 else { throw .input("\(name) names \(names.count) classes, which are too many for labels.") }
        let places = Dictionary(names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        var labels: [Int32] = []
        labels.reserveCapacity(order.count)
        for row in order {
            let label = rows[row].label ?? ""
            if label.isEmpty || label == "-1" {
                labels.append(-1)
            } else if let place = places[label] ?? Int32(label).flatMap({ names.indices.contains(Int($0)) ? $0 : nil }) {
                labels.append(place)
            } else {
                throw .input("\(name): the label '\(label.prefix(20))' of dialogue \(rows[row].dialogue) is none of \(names.joined(separator: ", ")).")
            }
        }
        return (labels, names)
    }

    private static func speakers(_ rows: [TableRow], _ order: [Int]) -> ([UInt32], [String]) {
        let names = Set(rows.map { $0.speaker ?? "unknown" }).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt32($0)) })
        return (order.map { places[rows[$0].speaker ?? "unknown"] ?? 0 }, names)
    }
}

extension SplitChoice {
    /// The places in `ids` that become `split`: those whose SHA-256 of "seed split id" comes first. The same choice as
    /// `converters/splits.py` makes.
    func choose(_ split: String, of ids: [String], fraction: Double) -> [Int] {
        let count = max(1, Int((fraction * Double(ids.count)).rounded(.toNearestOrEven)))
        let digests = ids.map { Array(SHA256.hash(data: Data("\(seed) \(split) \($0)".utf8))) }
        let ranked = ids.indices.sorted { digests[$0].lexicographicallyPrecedes(digests[$1]) }
        return ranked.prefix(count).sorted()
    }
}
