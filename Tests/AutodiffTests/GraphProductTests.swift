import Autodiff
import Tensors
import Testing

@Suite struct GraphProductTests {
    /// Edge after edge, in the order of the weights.
    private func product(_ v: [Grid], streams: Int, lengths: [Int]) -> Grid {
        let x = v[1]
        let h = x.columns / streams
        var y = Grid(rows: x.rows, columns: x.columns)
        var at = 0
        for (dialogue, n) in lengths.enumerated() {
            let first = starts(lengths)[dialogue]
            for stream in 0..<streams {
                for i in 0..<n {
                    for j in 0..<n {
                        for c in 0..<h {
                            y[first + i, stream * h + c] += v[0].values[at] * x[first + j, stream * h + c]
                        }
                        at += 1
                    }
                }
            }
            for i in 0..<n {
                for stream in 0..<streams {
                    for other in 0..<streams {
                        for c in 0..<h where stream != other {
                            y[first + i, stream * h + c] += v[0].values[at] * x[first + i, other * h + c]
                        }
                        at += 1
                    }
                }
            }
        }
        return y
    }

    @Test(arguments: 1...3, [[1], [4], [2, 1, 3]]) func products(streams: Int, lengths: [Int]) {
        var generator = SplitMix64(seed: 42)
        let count = lengths.reduce(0) { $0 + streams * $1 * $1 + $1 * streams * streams }
        let inputs = [
            Grid.random(1, count, using: &generator),
            .random(lengths.reduce(0, +), streams * 2, using: &generator),
        ]
        checkOperation(inputs, elements: 20) { tape, v in
            tape.graphProduct(v[0], v[1], streams: streams, lengths: lengths)
        } reference: {
            product($0, streams: streams, lengths: lengths)
        }
    }
}
