import Testing

@testable import Training

@Suite struct DialogueOrderTests {
    @Test func isAPureFunctionOfSeedAndEpoch() {
        let first = DialogueOrder.indices(count: 108, seed: 1475, epoch: 4, shuffled: true)
        #expect(first == DialogueOrder.indices(count: 108, seed: 1475, epoch: 4, shuffled: true))
        #expect(first != DialogueOrder.indices(count: 108, seed: 1475, epoch: 5, shuffled: true))
        #expect(first != DialogueOrder.indices(count: 108, seed: 1476, epoch: 4, shuffled: true))
    }

    @Test(arguments: [0, 1, 2, 3, 17, 1038]) func isAPermutation(count: Int) {
        let order = DialogueOrder.indices(count: count, seed: 7, epoch: 1, shuffled: true)
        #expect(order.sorted() == Array(0..<count))
        #expect(DialogueOrder.indices(count: count, seed: 7, epoch: 1, shuffled: false) == Array(0..<count))
    }

    /// All 24 orders of four dialogues come about equally often: χ² with 23 degrees of freedom stays below its 0.999 quantile.
    @Test func shufflesWithoutBias() {
        var counts: [[Int]: Int] = [:]
        for epoch in 0..<4800 {
            counts[DialogueOrder.indices(count: 4, seed: 3, epoch: epoch, shuffled: true), default: 0] += 1
        }
        let statistic = counts.values.reduce(0.0) { $0 + (Double($1) - 200) * (Double($1) - 200) / 200 }
        #expect(counts.count == 24)
        #expect(statistic < 49.7)
    }

    /// Pinned values: changing the generator would change every published seed.
    @Test func keepsItsValues() {
        #expect(DialogueOrder.indices(count: 8, seed: 1475, epoch: 1, shuffled: true) == [4, 0, 6, 1, 7, 5, 3, 2])
    }

    @Test func cutsBatchesAndKeepsTheShorterLast() {
        #expect(DialogueOrder.batches([4, 2, 0, 1, 3], size: 2) == [[4, 2], [0, 1], [3]])
        #expect(DialogueOrder.batches([], size: 2) == [])
    }
}
