import FeatureStore

/// Each dialogue stands in the store once, in one split, and has its place in the source's order.
struct DialogueRule: Rule {
    let codes: [FindingCode] = [.duplicateDialogue, .dialogueInTwoSplits, .brokenSourceOrder]

    func findings(in store: StoreInspection) throws -> [Finding] {
        checkIDs(store) + checkSourceOrder(store)
    }

    private func checkIDs(_ store: StoreInspection) -> [Finding] {
        guard let ids = store.dialogueIDs else { return [] }
        let splits = store.dialogueSplits.flatMap { $0.count == ids.count ? $0 : nil }
        var first: [[UInt8]: Int] = [:]
        var repeated: [Example] = []
        var divided: [Example] = []
        for (index, id) in ids.enumerated() {
            guard let earlier = first.updateValue(index, forKey: id) else { continue }
            repeated.append(store.example(dialogue: index, "rows \(earlier) and \(index)"))
            if let splits, splits[earlier] != splits[index] {
                divided.append(
                    store.example(
                        dialogue: index,
                        "in \(store.splitName(splits[earlier])) and in \(store.splitName(splits[index]))"))
            }
        }
        var findings: [Finding] = []
        if !repeated.isEmpty {
            findings.append(
                Finding(
                    .duplicateDialogue, at: StorePath.dialogueID, "\(repeated.count) ids stand there again",
                    count: repeated.count, examples: repeated))
        }
        if !divided.isEmpty {
            findings.append(
                Finding(
                    .dialogueInTwoSplits, at: StorePath.dialogueSplit, "\(divided.count) dialogues are in two splits",
                    count: divided.count, examples: divided))
        }
        return findings
    }

    private func checkSourceOrder(_ store: StoreInspection) -> [Finding] {
        guard let order = store.sourceOrder, Set(order.map(Int.init)) != Set(order.indices) else { return [] }
        return [
            Finding(
                .brokenSourceOrder, at: StorePath.sourceOrder,
                "the positions are not 0 to \(order.count - 1), each once")
        ]
    }
}
