import FeatureStore

/// How often one class follows another in the dialogues of a store.
struct Transitions {
    /// [C × C]: rows are the class before, columns the class after. Between a turn and the next one of the dialogue.
    let turns: [[Int]]
    /// Between the turns of one speaker that follow each other in a dialogue, whoever speaks between them.
    let speakers: [[Int]]

    /// Turns without a class are passed over: the pairs with them do not count.
    init(_ store: Store) {
        let classes = store.labelNames.count
        var turns = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var speakers = turns
        for dialogue in store.dialogues {
            var last: [UInt32: Int32] = [:]
            for row in dialogue.range {
                let label = store.labels[row]
                if row > dialogue.range.lowerBound, label >= 0, store.labels[row - 1] >= 0 {
                    turns[Int(store.labels[row - 1])][Int(label)] += 1
                }
                if let earlier = last[store.speakers[row]], earlier >= 0, label >= 0 {
                    speakers[Int(earlier)][Int(label)] += 1
                }
                last[store.speakers[row]] = label
            }
        }
        (self.turns, self.speakers) = (turns, speakers)
    }
}
