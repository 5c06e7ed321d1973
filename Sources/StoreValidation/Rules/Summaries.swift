import FeatureStore
import Foundation

extension FindingCode {
    package static let sizes = FindingCode("I201", title: "sizes")
}

/// How large everything is.
struct SizeRule: Rule {
    static let codes: [FindingCode] = [.sizes]

    func findings(in store: StoreInspection) throws -> [Finding] {
        let bytes = try FileManager.default.attributesOfItem(atPath: store.path)[.size] as? Int ?? 0
        let features = store.features.map { Example("feature '\($0.name)': \($0.width) values per utterance") }
        return [
            Finding(
                .sizes, at: "/",
                "\(bytes) bytes, \(store.dialogueCount ?? 0) dialogues, \(store.utteranceCount ?? 0) utterances, \(features.count) features",
                count: features.count, examples: features)
        ]
    }
}

extension FindingCode {
    package static let classBalance = FindingCode("I202", title: "class balance")
}

/// How the classes spread over each split.
struct BalanceRule: Rule {
    static let codes: [FindingCode] = [.classBalance]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard let labels = store.labels, let classes = store.labelNames, let names = store.splitNames,
            let splits = store.utteranceSplits, splits.count == labels.count
        else { return [] }
        let lines = names.enumerated().map { number, name in
            let own = zip(labels, splits).filter { Int($0.1) == number }.map(\.0)
            let counts = classes.enumerated().map { index, name in "\(name) \(own.count { $0 == Int32(index) })" }
            let unlabelled = own.count { $0 == -1 }
            return Example(
                "\(name): " + (counts + (unlabelled > 0 ? ["no label \(unlabelled)"] : [])).joined(separator: ", "))
        }
        return [
            Finding(
                .classBalance, at: StorePath.label, "utterances of each class in each split", count: lines.count,
                examples: lines)
        ]
    }
}

extension FindingCode {
    package static let dialogueLengths = FindingCode("I203", title: "dialogue lengths")
}

/// How long the dialogues of each split are.
struct LengthRule: Rule {
    static let codes: [FindingCode] = [.dialogueLengths]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard let ranges = store.dialogueRanges, let splits = store.dialogueSplits, splits.count == ranges.count,
            let names = store.splitNames
        else { return [] }
        let lines = names.enumerated().compactMap { number, name -> Example? in
            let lengths = zip(ranges, splits).filter { Int($0.1) == number }.map(\.0.count).sorted()
            guard let shortest = lengths.first, let longest = lengths.last else { return nil }
            return Example(
                "\(name): \(lengths.count) dialogues of \(shortest) to \(longest) utterances, median \(lengths[lengths.count / 2]), "
                    + "\(lengths.reduce(0, +)) in all")
        }
        return [
            Finding(
                .dialogueLengths, at: StorePath.utteranceOffset, "lengths of the dialogues in each split",
                count: lines.count, examples: lines)
        ]
    }
}

extension FindingCode {
    package static let compression = FindingCode("I205", title: "compression")
}

/// How much compression saved.
struct CompressionRule: Rule {
    static let codes: [FindingCode] = [.compression]

    func findings(in store: StoreInspection) throws -> [Finding] {
        let compressed = store.features.compactMap { feature -> Example? in
            guard let dataset = store.datasets[feature.path], dataset.storage.kind == .chunked else { return nil }
            let full = dataset.shape.reduce(4, *)
            let share = full == 0 ? 100 : Int((100 * Double(dataset.storage.bytes) / Double(full)).rounded())
            return Example("'\(feature.name)': chunks of \(dataset.storage.chunk[0]) rows, \(share) % of the full size")
        }
        guard !compressed.isEmpty else {
            return [Finding(.compression, at: StorePath.features, "no feature is compressed")]
        }
        return [
            Finding(
                .compression, at: StorePath.features, "\(compressed.count) features are stored in chunks",
                count: compressed.count, examples: compressed)
        ]
    }
}
