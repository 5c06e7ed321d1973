import FeatureStore

/// Sentences are UTF-8 and say something. Reads them a stretch at a time.
struct SentenceRule: Rule {
    let codes: [FindingCode] = [.invalidUTF8, .emptySentence]
    let readsData = true

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard let offsets = store.textOffsets, let found = store.datasets[StorePath.textBytes],
            found.type == .of(.uint8),
            found.shape.count == 1, offsets.first == 0, offsets.last == UInt64(found.shape[0]),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return [] }
        let dataset = try store.file.openDataset(StorePath.textBytes)
        try dataset.requirePlausibleSize()
        var (invalid, empty) = (PlaceTally(), PlaceTally())
        var start = 0
        while start < offsets.count - 1 {
            let base = Int(offsets[start])
            var end = start + 1
            while end < offsets.count - 1, Int(offsets[end + 1]) - base <= Self.stretchBytes { end += 1 }
            var bytes = [UInt8](repeating: 0, count: Int(offsets[end]) - base)
            try bytes.withUnsafeMutableBufferPointer { try dataset.read(rows: base..<Int(offsets[end]), into: $0) }
            bytes.withUnsafeBytes { bytes in
                let isASCII = bytes.isASCII
                for row in start..<end {
                    let own = Int(offsets[row]) - base..<Int(offsets[row + 1]) - base
                    let sentence = UnsafeRawBufferPointer(rebasing: bytes[own])
                    if sentence.allSatisfy({ $0 <= 0x20 }) { empty.add(0, row: row, column: 0) }
                    if !isASCII, !sentence.isUTF8 { invalid.add(0, row: row, column: 0) }
                }
            }
            start = end
        }
        return finding(.invalidUTF8, invalid, "sentences are not UTF-8", store)
            + finding(.emptySentence, empty, "utterances have no words", store)
    }

    /// The bytes that are read at a time, unless a single sentence is longer.
    private static let stretchBytes = 256 << 10

    private func finding(_ code: FindingCode, _ rows: PlaceTally, _ what: String, _ store: StoreInspection) -> [Finding]
    {
        guard rows.count > 0 else { return [] }
        return [
            Finding(
                code, at: StorePath.textBytes, "\(rows.count) \(what)", count: rows.count,
                examples: rows.first.map { store.example(row: $0.row) })
        ]
    }
}
