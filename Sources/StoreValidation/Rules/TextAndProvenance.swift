import FeatureStore

extension FindingCode {
    package static let invalidUTF8 = FindingCode("E060", title: "invalid UTF-8", hint: Hint.mendSources)
}

/// Ids and names are UTF-8.
struct TextRule: Rule {
    static let codes: [FindingCode] = [.invalidUTF8]

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

extension FindingCode {
    package static let emptySentence = FindingCode(
        "W121", title: "empty sentences", hint: "Text features of these utterances describe nothing.")
}

/// Sentences are UTF-8 and say something. Reads them a stretch at a time.
struct SentenceRule: Rule {
    static let codes: [FindingCode] = [.invalidUTF8, .emptySentence]
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

extension FindingCode {
    package static let noProvenance = FindingCode(
        "W140", title: "no provenance", hint: "Nothing says which files the store was made from.")
    package static let decodedAsLatin1 = FindingCode(
        "W130", title: "text decoded as latin1", hint: "Look at a few of these sentences for broken letters.")
}

/// The store says what it was made from, and what its making warned about.
struct ProvenanceRule: Rule {
    static let codes: [FindingCode] = [.noProvenance, .decodedAsLatin1]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard store.groups.contains(where: { $0.hasPrefix(StorePath.sources + "/") }) else {
            return [Finding(.noProvenance, at: StorePath.provenance, "no source file is named")]
        }
        let latin1 = (try? store.file.readInteger(attribute: "latin1_sentences", of: StorePath.provenance)) ?? 0
        guard latin1 > 0 else { return [] }
        return [
            Finding(
                .decodedAsLatin1, at: StorePath.textBytes, "\(latin1) sentences were not UTF-8 and were read as latin1",
                count: latin1)
        ]
    }
}
