import Conversion
import Crypto
import FeatureStore
import Foundation

/// Lists read and put in the store's order.
struct TableManifest {
    /// Everything but features and sources.
    private(set) var manifest: StoreManifest
    /// For each row of the store, the lists' row that it comes from; nil where both have the same order.
    private(set) var sourceRows: [UInt32]?

    /// Takes everything out of `table`.
    /// - Parameter lists: the lists' names.
    init(_ request: TableRequest, _ table: inout TableContent, lists: [String]) throws {
        var warnings: [String] = []
        let splits = try Self.splits(of: &table, request.splitChoice, lists, &warnings)
        let dialogues = table.dialogues
        let order = splits.flatMap { split in dialogues.indices.filter { dialogues[$0].split == split.name } }
        let rows = table.rows(order)
        sourceRows = table.sourceRows(rows)
        let oneHot = request.columns[.label].flatMap { $0.count > 1 ? $0 : nil }
        let (labels, labelNames) = try table.takeLabels(rows, request.labelNames ?? oneHot)
        let sentiments = try table.takeSentiments(rows)
        let (speakers, speakerNames) = table.takeSpeakers(rows)
        let ids = try table.takeUtteranceIDs(rows)
        manifest = StoreManifest(
            dataset: request.dataset,
            dialogues: order.map { place in
                DialogueEntry(
                    id: dialogues[place].id, utteranceCount: dialogues[place].rowCount,
                    split: splits.firstIndex { $0.name == dialogues[place].split } ?? 0, sourcePosition: 0)
            },
            utteranceIDs: ids, labels: labels, speakers: speakers, sentences: table.takeTexts(rows),
            labelNames: labelNames, speakerNames: speakerNames, speakerScope: request.speakerScope, splits: splits,
            features: [])
        manifest.targets = sentiments.map { [$0] } ?? []
        for (position, index) in Self.baseOrder(order, dialogues).enumerated() {
            manifest.dialogues[index].sourcePosition = position
        }
        manifest.warnings = warnings + table.warnings + Self.unlabelled(manifest, table.name)
    }

    /// A warning where the train split has labels and the valid split has none: nothing could choose an epoch by it.
    private static func unlabelled(_ manifest: StoreManifest, _ name: String) -> [String] {
        var (isLabelled, row) = (Set<String>(), 0)
        for dialogue in manifest.dialogues {
            let rows = row..<row + dialogue.utteranceCount
            if manifest.labels[rows].contains(where: { $0 >= 0 }) {
                isLabelled.insert(manifest.splits[dialogue.split].name)
            }
            row = rows.upperBound
        }
        guard manifest.splits.contains(where: { $0.name == "valid" }), isLabelled.contains("train"),
            !isLabelled.contains("valid")
        else { return [] }
        return ["\(name): the valid dialogues have no labels, so that no epoch can be chosen by them."]
    }

    /// Places in `order` as base files would list them: train and valid in the manifest's order, then test.
    private static func baseOrder(_ order: [Int], _ dialogues: [TableContent.Dialogue]) -> [Int] {
        order.indices.sorted {
            (dialogues[order[$0]].split == "test" ? 1 : 0, order[$0]) < (
                dialogues[order[$1]].split == "test" ? 1 : 0, order[$1]
            )
        }
    }

    private static func splits(
        of table: inout TableContent, _ choice: SplitChoice, _ lists: [String], _ warnings: inout [String]
    ) throws(ConversionError) -> [SplitDescription] {
        let name = table.name
        /// The lists that a split's dialogues stand in.
        func source(_ split: String) -> String {
            let places = Set(table.dialogues.lazy.filter { $0.split == split }.map(\.list)).sorted()
            let named = places.isEmpty ? name : places.prefix(3).map { lists[$0] }.joined(separator: ", ")
            let more = places.count > 3 ? ", …" : ""
            return "\(split) dialogues of \(named)\(more)"
                + (table.idsHaveSplits ? ", '\(split)_' put before their ids" : "")
        }
        for index in table.dialogues.indices { table.dialogues[index].split = table.dialogues[index].split ?? "train" }
        let train = source("train")
        var origins = ["train": table.hasSplits ? train : "all dialogues of \(name), which has no splits"]
        for (split, fraction) in [("test", choice.testFraction), ("valid", choice.validFraction)] {
            if table.dialogues.contains(where: { $0.split == split }) {
                origins[split] = source(split)
                if fraction != nil {
                    warnings.append("\(name) names its \(split) dialogues itself: --\(split)-fraction is not used.")
                }
            } else if let fraction {
                let train = table.dialogues.indices.filter { table.dialogues[$0].split == "train" }
                let chosen = choice.choose(split, of: train.map { table.dialogues[$0].id }, fraction: fraction)
                guard chosen.count < train.count else {
                    throw .input(
                        "\(name): \(train.count) train dialogues cannot be divided into train and \(split) by \(fraction): give a smaller fraction."
                    )
                }
                for place in chosen { table.dialogues[train[place]].split = split }
                origins[split] =
                    "\(fraction) of the train dialogues of \(name), chosen by --\(split)-fraction \(fraction) --split-seed \(choice.seed)"
                origins["train"]! += ", without those for \(split)"
            } else {
                warnings.append("\(name) names no \(split) dialogues: the store has no \(split) split.")
            }
        }
        return ["train", "valid", "test"].compactMap { split in
            table.dialogues.contains { $0.split == split }
                ? SplitDescription(name: split, origin: origins[split] ?? train) : nil
        }
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
