import FeatureStore

/// Offsets begin at 0, never fall, and end where what they divide ends.
struct OffsetRule: Rule {
    let codes: [FindingCode] = [.brokenOffsets]

    func findings(in store: StoreInspection) throws -> [Finding] {
        check(StorePath.utteranceOffset, store.utteranceOffsets, end: store.utteranceCount)
            + check(StorePath.textOffset, store.textOffsets, end: store.datasets[StorePath.textBytes]?.shape.first)
    }

    private func check(_ path: String, _ offsets: [UInt64]?, end: Int?) -> [Finding] {
        guard let offsets else { return [] }
        var examples: [Example] = []
        var falls = 0
        if let first = offsets.first, first != 0 { examples.append(Example("the first is \(first), not 0")) }
        for index in offsets.indices.dropFirst() where offsets[index] < offsets[index - 1] {
            falls += 1
            guard falls <= Finding.exampleLimit else { continue }
            examples.append(
                Example(
                    "row \(index) is \(offsets[index]), below \(offsets[index - 1]) before it", dialogue: nil,
                    utterance: nil, row: index))
        }
        if let end, let last = offsets.last, last != UInt64(end) {
            examples.append(Example("the last is \(last), not \(end)"))
        }
        guard !examples.isEmpty else { return [] }
        return [
            Finding(
                .brokenOffsets, at: path, "the offsets do not rise from 0 to \(end.map(String.init) ?? "the end")",
                count: examples.count + max(0, falls - Finding.exampleLimit), examples: examples)
        ]
    }
}
