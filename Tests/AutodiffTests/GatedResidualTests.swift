import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct GatedResidualTests {
    /// x + σ(W [x ; r] + b) ⊙ r with r = c + x, the concatenation made explicitly.
    private func reference(_ x: Grid, context: (_ row: Int, _ column: Int) -> Double, weight: Grid, bias: Grid) -> Grid
    {
        let h = x.columns
        var joined = Grid(rows: x.rows, columns: 2 * h)
        for row in 0..<x.rows {
            for c in 0..<h {
                joined[row, c] = x[row, c]
                joined[row, h + c] = x[row, c] + context(row, c)
            }
        }
        let gate = joined.timesTransposed(weight)
        var y = x
        for row in 0..<x.rows {
            for c in 0..<h { y[row, c] += joined[row, h + c] / (1 + exp(-gate[row, c] - bias.values[c])) }
        }
        return y
    }

    @Test(arguments: [(1, 1), (3, 4), (11, 5)])
    func fullContext(rows: Int, h: Int) {
        var generator = SplitMix64(seed: 29)
        let inputs = [
            Grid.random(rows, h, using: &generator), .random(rows, h, using: &generator),
            .random(h, 2 * h, using: &generator),
            .random(1, h, using: &generator),
        ]
        checkOperation(inputs) { tape, v in
            tape.gatedResidual(v[0], context: v[1], weight: v[2], bias: v[3])
        } reference: { v in
            reference(v[0], context: { v[1][$0, $1] }, weight: v[2], bias: v[3])
        }
    }

    @Test(arguments: [(1, 2, 1), (3, 4, 4), (7, 3, 5)])
    func oneNumberPerUtterance(utterances: Int, streams: Int, h: Int) {
        var generator = SplitMix64(seed: 30)
        let inputs = [
            Grid.random(utterances * streams, h, using: &generator), .random(utterances, 1, using: &generator),
            .random(h, 2 * h, using: &generator), .random(1, h, using: &generator),
        ]
        checkOperation(inputs) { tape, v in
            tape.gatedResidual(v[0], utteranceContext: v[1], weight: v[2], bias: v[3])
        } reference: { v in
            reference(v[0], context: { row, _ in v[1].values[row / streams] }, weight: v[2], bias: v[3])
        }
    }

    @Test(arguments: 2...4)
    func sumOfStreamMeans(streams: Int) {
        var generator = SplitMix64(seed: 31)
        checkOperation([Grid.random(5 * streams, 3, using: &generator)]) { tape, v in
            tape.sumOfStreamMeans(v[0], streams: streams)
        } reference: { v in
            var y = Grid(rows: 5, columns: 1)
            for row in 0..<5 * streams {
                for c in 0..<3 { y.values[row / streams] += v[0][row, c] / 3 }
            }
            return y
        }
    }

    /// As the model joins them: the context is made of the same x.
    @Test func contextOfTheSameStreams() {
        var generator = SplitMix64(seed: 32)
        let inputs = [
            Grid.random(12, 3, using: &generator), .random(3, 6, using: &generator), .random(1, 3, using: &generator),
        ]
        checkOperation(inputs) { tape, v in
            tape.gatedResidual(
                v[0], utteranceContext: tape.sumOfStreamMeans(v[0], streams: 4), weight: v[1], bias: v[2])
        } reference: { v in
            let means = (0..<3).map { utterance in
                v[0].values[utterance * 12..<(utterance + 1) * 12].reduce(0, +) / 3
            }
            return reference(v[0], context: { row, _ in means[row / 4] }, weight: v[1], bias: v[2])
        }
    }
}
