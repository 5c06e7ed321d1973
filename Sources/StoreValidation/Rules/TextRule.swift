import FeatureStore

/// Ids and names are UTF-8.
struct TextRule: Rule {
    let codes: [FindingCode] = [.invalidUTF8]

    private static let paths = [
        StorePath.dialogueID, StorePath.utteranceID, StorePath.labelNames, StorePath.speakerNames, StorePath.splitNames,
        StorePath.splitOrigin,
    ]

    func findings(in store: StoreInspection) throws -> [Finding] {
        try Self.paths.flatMap { path -> [Finding] in
            guard let found = store.datasets[path], case .string = found.type, found.shape.count == 1 else { return [] }
            var count = 0
            var examples: [Example] = []
            try store.file.openDataset(path).forEachBlock { rows, bytes in
                // Whole blocks of ASCII, the usual case, need no look at each string.
                guard !bytes.isASCII else { return true }
                let size = bytes.count / max(rows.count, 1)
                for row in rows {
                    let start = (row - rows.lowerBound) * size
                    let string = bytes[start..<start + size].prefix { $0 != 0 }
                    guard String(validating: string, as: UTF8.self) == nil else { continue }
                    count += 1
                    guard examples.count < Finding.exampleLimit else { continue }
                    examples.append(
                        Example(
                            "row \(row): '\(String(decoding: string, as: UTF8.self))'", dialogue: nil, utterance: nil,
                            row: row))
                }
                return true
            }
            guard count > 0 else { return [] }
            return [
                Finding(
                    .invalidUTF8, at: path, "\(count) rows are not UTF-8", count: count, examples: examples)
            ]
        }
    }
}
