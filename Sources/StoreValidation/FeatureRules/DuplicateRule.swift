import FeatureStore

/// Rows, and whole dialogues, that stand in two splits with the same values.
final class DuplicateRule: FeatureRule {
    static let codes: [FindingCode] = [.identicalRows, .identicalDialogues]

    private let store: StoreInspection
    private var width = 1
    /// A hash of each row of the current feature; 0 for a row of zeros, which says nothing.
    private var hashes: [UInt64] = []
    /// A hash of each utterance over all features.
    private var combined: [UInt64] = []

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        width = feature.width
        hashes = []
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        for row in 0..<rows.count {
            let part = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
            guard part.contains(where: { $0 != 0 }) else {
                hashes.append(0)
                continue
            }
            hashes.append(Self.hash(part))
        }
    }

    /// A hash of a row's bits: four lanes of multiply and fold, because one would wait for its own products.
    private static func hash(_ row: UnsafeBufferPointer<Float>) -> UInt64 {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        func mix(_ state: UInt64, _ bits: UInt64) -> UInt64 {
            let product = (state ^ bits) &* factor
            return product ^ (product >> 32)
        }
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        var index = 0
        while index + 4 <= row.count {
            a = mix(a, UInt64(row[index].bitPattern))
            b = mix(b, UInt64(row[index + 1].bitPattern))
            c = mix(c, UInt64(row[index + 2].bitPattern))
            d = mix(d, UInt64(row[index + 3].bitPattern))
            index += 4
        }
        while index < row.count {
            a = mix(a, UInt64(row[index].bitPattern))
            index += 1
        }
        // 0 stands for a row of zeros.
        return max(1, mix(mix(mix(mix(5, a), b), c), d))
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        if combined.count != hashes.count {
            combined = hashes
        } else {
            for row in hashes.indices { combined[row] = (combined[row] &* 0x9E37_79B9_7F4A_7C15) ^ hashes[row] }
        }
        guard let splits = store.utteranceSplits, splits.count == hashes.count else { return [] }
        let pairs = repeated(hashes, in: splits)
        guard !pairs.isEmpty else { return [] }
        let examples = pairs.prefix(Finding.exampleLimit).map { earlier, row in
            store.example(
                row: row, "in \(store.splitName(splits[row])), as row \(earlier) in \(store.splitName(splits[earlier]))"
            )
        }
        return [
            Finding(
                .identicalRows, at: feature.path, "\(pairs.count) rows repeat a row of another split",
                count: pairs.count, examples: examples)
        ]
    }

    func finish() -> [Finding] {
        guard let ranges = store.dialogueRanges, let splits = store.dialogueSplits, ranges.count == splits.count,
            combined.count == ranges.last?.upperBound
        else { return [] }
        let dialogues = ranges.map { range -> UInt64 in
            let rows = combined[range]
            guard rows.contains(where: { $0 != 0 }) else { return 0 }
            var hasher = Hasher()
            hasher.combine(Array(rows))
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        let pairs = repeated(dialogues, in: splits)
        guard !pairs.isEmpty else { return [] }
        let examples = pairs.prefix(Finding.exampleLimit).map { earlier, index in
            store.example(
                dialogue: index,
                "in \(store.splitName(splits[index])), as dialogue \(earlier) in \(store.splitName(splits[earlier]))")
        }
        return [
            Finding(
                .identicalDialogues, at: StorePath.features,
                "\(pairs.count) dialogues repeat a dialogue of another split", count: pairs.count, examples: examples)
        ]
    }

    /// The positions whose hash stands earlier in another split, each with that earlier position.
    private func repeated(_ hashes: [UInt64], in splits: [UInt8]) -> [(earlier: Int, later: Int)] {
        var first = FirstOccurrences(of: hashes)
        var pairs: [(Int, Int)] = []
        for (index, hash) in hashes.enumerated() where hash != 0 {
            guard let earlier = first.enter(index), splits[earlier] != splits[index] else { continue }
            pairs.append((earlier, index))
        }
        return pairs
    }
}
