import FeatureStore

/// Ids and names are UTF-8.
struct TextRule: Rule {
    let codes: [FindingCode] = [.invalidUTF8]

    private static let paths = [
        StorePath.dialogueID, StorePath.utteranceID, StorePath.labelNames, StorePath.speakerNames, StorePath.splitNames,
        StorePath.splitOrigin
    ]

    func findings(in store: StoreInspection) throws -> [Finding] {
        try Self.paths.flatMap { path -> [Finding] in
            guard let found = store.datasets[path], case .string = found.type, found.shape.count == 1 else { return [] }
            let strings = try store.file.openDataset(path).readStringBytes()
            let rows = strings.indices.filter { String(validating: strings[$0], as: UTF8.self) == nil }
            guard !rows.isEmpty else { return [] }
            return [
                Finding(
                    .invalidUTF8, at: path, "\(rows.count) rows are not UTF-8", count: rows.count,
                    examples: rows.prefix(Finding.exampleLimit).map {
                        Example(
                            "row \($0): '\(String(decoding: strings[$0], as: UTF8.self))'", dialogue: nil,
                            utterance: nil, row: $0)
                    })
            ]
        }
    }
}
