import Autodiff
import Testing

@Suite struct SequenceLayoutTests {
    @Test func packedByHand() {
        // Dialogues of utterances 0 1 | 2 3 4 | 5: the second is the longest.
        let layout = SequenceLayout(packing: [2, 3, 1])
        #expect(layout.steps == 3)
        #expect(layout.active == [3, 2, 1])
        #expect(layout.offset == [0, 3, 5])
        #expect(layout.rows == 6)
        #expect(layout.source == [2, 0, 5, 3, 1, 4])
        #expect(layout.rowOfUtterance == [1, 4, 0, 3, 5, 2])
    }

    @Test func paddedByHand() {
        let layout = SequenceLayout(padding: [2, 3, 1])
        #expect(layout.steps == 3)
        #expect(layout.active == [3, 3, 3])
        #expect(layout.offset == [0, 3, 6])
        #expect(layout.rows == 9)
        #expect(layout.source == [0, 2, 5, 1, 3, 6, 6, 4, 6])
        #expect(layout.rowOfUtterance == [0, 3, 1, 4, 7, 2])
    }

    @Test(arguments: [[1], [7], [3, 3, 3], [1, 9, 2, 9, 4, 1]])
    func invariants(lengths: [Int]) {
        let total = lengths.reduce(0, +)
        for layout in [SequenceLayout(packing: lengths), SequenceLayout(padding: lengths)] {
            #expect(layout.rows == layout.active.reduce(0, +) && layout.rows == layout.source.count)
            #expect(layout.offset.first == 0 && layout.active.count == layout.steps)
            #expect(zip(layout.active, layout.active.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(layout.rowOfUtterance.enumerated().allSatisfy { layout.source[Int($1)] == Int32($0) })
            #expect(Set(layout.rowOfUtterance).count == total)
            #expect(layout.source.count { $0 == Int32(total) } == layout.rows - total)
        }
        #expect(SequenceLayout(packing: lengths).rows == total)
        #expect(SequenceLayout(padding: lengths).rows == lengths.count * lengths.max()!)
    }

    /// Dialogues of one length keep their order, so that a run can be repeated.
    @Test func tiesKeepTheirOrder() {
        #expect(SequenceLayout(packing: [2, 2, 2]).source == [0, 2, 4, 1, 3, 5])
    }
}
