import Autodiff
import Tensors
import Testing

@Suite struct StreamsTests {
    @Test(arguments: [[4], [3, 3], [2, 5, 1]])
    func stackedStreams(widths: [Int]) {
        var generator = SplitMix64(seed: 9)
        checkOperation(widths.map { Grid.random(4, $0, using: &generator) }) { tape, v in
            tape.stackStreams(v)
        } reference: { v in
            var y = Grid(rows: 4, columns: widths.reduce(0, +))
            for row in 0..<4 {
                y.values.replaceSubrange(
                    row * y.columns..<(row + 1) * y.columns, with: v.flatMap { $0.rows(row..<row + 1).values })
            }
            return y
        }
    }

    @Test func oneStreamTwice() {
        var generator = SplitMix64(seed: 10)
        checkOperation([Grid.random(4, 2, using: &generator)]) { tape, v in
            tape.stackStreams([v[0], v[0]])
        } reference: { v in
            var y = Grid(rows: 4, columns: 4)
            for row in 0..<4 {
                for c in 0..<4 { y[row, c] = v[0][row, c % 2] }
            }
            return y
        }
    }

    @Test func reshapedRows() {
        var generator = SplitMix64(seed: 12)
        checkOperation([Grid.random(4, 6, using: &generator)]) { tape, v in
            tape.reshape(v[0], rows: 8, columns: 3)
        } reference: { v in
            var y = Grid(rows: 8, columns: 3)
            y.values = v[0].values
            return y
        }
    }
}
