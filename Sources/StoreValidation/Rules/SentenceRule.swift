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
        var (invalid, empty) = ([Int](), [Int]())
        let stretch = 1024
        for start in stride(from: 0, to: offsets.count - 1, by: stretch) {
            let end = min(start + stretch, offsets.count - 1)
            let base = Int(offsets[start])
            var bytes = [UInt8](repeating: 0, count: Int(offsets[end]) - base)
            try bytes.withUnsafeMutableBufferPointer { try dataset.read(rows: base..<Int(offsets[end]), into: $0) }
            for row in start..<end {
                let part = bytes[Int(offsets[row]) - base..<Int(offsets[row + 1]) - base]
                if part.allSatisfy({ $0 <= 0x20 }) { empty.append(row) }
                if String(validating: part, as: UTF8.self) == nil { invalid.append(row) }
            }
        }
        return finding(.invalidUTF8, invalid, "sentences are not UTF-8", store)
            + finding(.emptySentence, empty, "utterances have no words", store)
    }

    private func finding(_ code: FindingCode, _ rows: [Int], _ what: String, _ store: StoreInspection) -> [Finding] {
        guard !rows.isEmpty else { return [] }
        return [
            Finding(
                code, at: StorePath.textBytes, "\(rows.count) \(what)", count: rows.count,
                examples: rows.prefix(Finding.exampleLimit).map { store.example(row: $0) })
        ]
    }
}
