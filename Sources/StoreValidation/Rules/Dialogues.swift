import FeatureStore

extension FindingCode {
    package static let brokenOffsets = FindingCode("E013", title: "broken offsets", hint: Hint.convertAgain)
}

/// Offsets begin at 0, never fall, and end where what they divide ends.
struct OffsetRule: Rule {
    static let codes: [FindingCode] = [.brokenOffsets]

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

extension FindingCode {
    package static let duplicateDialogue = FindingCode("E043", title: "duplicate dialogue id", hint: Hint.mendSources)
    package static let brokenSourceOrder = FindingCode("E044", title: "broken source order", hint: Hint.convertAgain)
    package static let emptyDialogue = FindingCode("E045", title: "dialogue without utterances", hint: Hint.mendSources)
    package static let dialogueInTwoSplits = FindingCode(
        "E050", title: "dialogue in two splits",
        hint: "Mend the lists of dialogue ids in the source files and convert again.")
}

/// Each dialogue stands in the store once, in one split, has utterances and its place in the source's order.
struct DialogueRule: Rule {
    static let codes: [FindingCode] = [
        .duplicateDialogue, .dialogueInTwoSplits, .brokenSourceOrder, .emptyDialogue,
    ]

    func findings(in store: StoreInspection) throws -> [Finding] {
        checkIDs(store) + checkSourceOrder(store) + checkLengths(store)
    }

    private func checkIDs(_ store: StoreInspection) -> [Finding] {
        guard let ids = store.dialogueIDs else { return [] }
        let splits = store.dialogueSplits.flatMap { $0.count == ids.count ? $0 : nil }
        var first: [ArraySlice<UInt8>: Int] = [:]
        var (repeated, divided) = ((count: 0, examples: [Example]()), (count: 0, examples: [Example]()))
        for index in ids.indices {
            guard let earlier = first.updateValue(index, forKey: ids[index]) else { continue }
            repeated.count += 1
            if repeated.examples.count < Finding.exampleLimit {
                repeated.examples.append(store.example(dialogue: index, "rows \(earlier) and \(index)"))
            }
            guard let splits, splits[earlier] != splits[index] else { continue }
            divided.count += 1
            if divided.examples.count < Finding.exampleLimit {
                divided.examples.append(
                    store.example(
                        dialogue: index,
                        "in \(store.splitName(splits[earlier])) and in \(store.splitName(splits[index]))"))
            }
        }
        var findings: [Finding] = []
        if repeated.count > 0 {
            findings.append(
                Finding(
                    .duplicateDialogue, at: StorePath.dialogueID, "\(repeated.count) ids stand there again",
                    count: repeated.count, examples: repeated.examples))
        }
        if divided.count > 0 {
            findings.append(
                Finding(
                    .dialogueInTwoSplits, at: StorePath.dialogueSplit, "\(divided.count) dialogues are in two splits",
                    count: divided.count, examples: divided.examples))
        }
        return findings
    }

    private func checkSourceOrder(_ store: StoreInspection) -> [Finding] {
        guard let order = store.sourceOrder else { return [] }
        var isSeen = [Bool](repeating: false, count: order.count)
        let isBroken = order.contains { position in
            guard position < order.count, !isSeen[Int(position)] else { return true }
            isSeen[Int(position)] = true
            return false
        }
        guard isBroken else { return [] }
        return [
            Finding(
                .brokenSourceOrder, at: StorePath.sourceOrder,
                "the positions are not 0 to \(order.count - 1), each once")
        ]
    }

    private func checkLengths(_ store: StoreInspection) -> [Finding] {
        guard let ranges = store.dialogueRanges else { return [] }
        let empty = ranges.indices.filter { ranges[$0].isEmpty }
        guard !empty.isEmpty else { return [] }
        return [
            Finding(
                .emptyDialogue, at: StorePath.utteranceOffset, "\(empty.count) dialogues have no utterances",
                count: empty.count, examples: empty.prefix(Finding.exampleLimit).map { store.example(dialogue: $0) })
        ]
    }
}
