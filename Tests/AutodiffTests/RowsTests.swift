import Autodiff
import Tensors
import Testing

@Suite struct RowsTests {
    @Test(arguments: [[2, 0, 4, 1], [3], []] as [[Int32]])
    func gatheredRows(index: [Int32]) {
        var generator = SplitMix64(seed: 6)
        let x = Grid.random(5, 3, using: &generator)
        guard !index.isEmpty else {
            #expect(Tape(mode: .evaluation).gatherRows(.constant(x.tensor), []).rows == 0)
            return
        }
        checkOperation([x]) { tape, v in
            tape.gatherRows(v[0], index)
        } reference: { v in
            var y = Grid(rows: index.count, columns: 3)
            for (row, source) in index.enumerated() {
                for c in 0..<3 { y[row, c] = v[0][Int(source), c] }
            }
            return y
        }
    }

    @Test func appendedZeroRow() {
        var generator = SplitMix64(seed: 7)
        checkOperation([Grid.random(4, 3, using: &generator)]) { tape, v in
            tape.appendZeroRow(v[0])
        } reference: { v in
            var y = Grid(rows: 5, columns: 3)
            for row in 0..<4 {
                for c in 0..<3 { y[row, c] = v[0][row, c] }
            }
            return y
        }
    }

    /// Entries used once, several times and never.
    @Test func addedEmbedding() {
        var generator = SplitMix64(seed: 8)
        let index: [Int32] = [0, 2, 2, 0, 3, 2]
        checkOperation([Grid.random(6, 4, using: &generator), .random(5, 4, using: &generator)], elements: 24) {
            tape, v in
            tape.addEmbedding(v[0], table: v[1], index: index)
        } reference: { v in
            var y = v[0]
            for row in 0..<6 {
                for c in 0..<4 { y[row, c] += v[1][Int(index[row]), c] }
            }
            return y
        }
    }
}
