import FeatureStore

extension FindingCode {
    package static let identicalRows = FindingCode(
        "W102", title: "identical rows across splits",
        hint:
            "Equal audio or visual rows are the same recording in two splits: see whether the splits are right. Equal text "
            + "rows are often harmless: an encoder that sees one sentence at a time gives every \"Yeah.\" the same row."
    )
    package static let identicalDialogues = FindingCode(
        "W101", title: "identical dialogues across splits",
        hint: "Data that a model has trained on flatters the score; see whether the splits are right.")
}

/// Rows, and whole dialogues, that stand in two splits with the same values.
final class DuplicateRule: FeatureRule {
    static let codes: [FindingCode] = [.identicalRows, .identicalDialogues]

    private let store: StoreInspection
    /// A hash of each row of the current feature; 0 for a row of zeros, which says nothing.
    private var hashes = RowHashes(count: 0)
    /// A hash of each dialogue over all features so far; 0 where all of its rows are zeros.
    private var dialogues: [UInt64] = []

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        hashes = RowHashes(count: 0)
        hashes = RowHashes(count: feature.rows)
    }

    func part(of feature: FeatureInspection) {}

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _: inout Void) {
        // Each thread writes the hashes of its own rows.
        values.hashRows(width: values.count / max(rows.count, 1), into: hashes[rows])
    }

    func end(_ feature: FeatureInspection, _: [Void]) -> [Finding] {
        noteDialogues()
        guard let splits = store.utteranceSplits, splits.count == hashes.count else { return [] }
        let repeated = RepeatedHashes(hashes.all, in: splits, limit: Finding.exampleLimit)
        guard repeated.count > 0 else { return [] }
        let examples = repeated.first.map { earlier, row in
            store.example(
                row: row, "in \(store.splitName(splits[row])), as row \(earlier) in \(store.splitName(splits[earlier]))"
            )
        }
        return [
            Finding(
                .identicalRows, at: feature.path, "\(repeated.count) rows repeat a row of another split",
                count: repeated.count, examples: examples)
        ]
    }

    /// Mixes the current feature's rows into the dialogues' hashes.
    private func noteDialogues() {
        guard let ranges = store.dialogueRanges, hashes.count == ranges.last?.upperBound ?? 0 else { return }
        if dialogues.isEmpty { dialogues = [UInt64](repeating: 0, count: ranges.count) }
        for (index, range) in ranges.enumerated() {
            var hash = dialogues[index]
            guard hash != 0 || range.contains(where: { hashes[$0] != 0 }) else { continue }
            for row in range { hash = Self.mix(hash, hashes[row]) }
            dialogues[index] = max(1, hash)
        }
    }

    private static func mix(_ state: UInt64, _ hash: UInt64) -> UInt64 {
        let product = (state ^ hash) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 32)
    }

    func finish() -> [Finding] {
        guard let splits = store.dialogueSplits, !dialogues.isEmpty, dialogues.count == splits.count else { return [] }
        let repeated = dialogues.withUnsafeBufferPointer {
            RepeatedHashes($0, in: splits, limit: Finding.exampleLimit)
        }
        guard repeated.count > 0 else { return [] }
        let examples = repeated.first.map { earlier, index in
            store.example(
                dialogue: index,
                "in \(store.splitName(splits[index])), as dialogue \(earlier) in \(store.splitName(splits[earlier]))")
        }
        return [
            Finding(
                .identicalDialogues, at: StorePath.features,
                "\(repeated.count) dialogues repeat a dialogue of another split", count: repeated.count,
                examples: examples)
        ]
    }
}

/// One hash for each row, which several threads write at once, each its own rows.
private final class RowHashes {
    private let hashes: UnsafeMutableBufferPointer<UInt64>

    init(count: Int) {
        hashes = .allocate(capacity: count)
        hashes.initialize(repeating: 0)
    }

    deinit { hashes.deallocate() }

    var count: Int { hashes.count }
    var all: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(hashes) }
    subscript(row: Int) -> UInt64 { hashes[row] }
    subscript(rows: Range<Int>) -> UnsafeMutableBufferPointer<UInt64> {
        UnsafeMutableBufferPointer(rebasing: hashes[rows])
    }
}
