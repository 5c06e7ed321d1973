import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct PooledAttentionTests {
    private func reference(_ e: Grid, streams: Int, lengths: [Int]) -> Grid {
        let h = e.columns
        let starts = starts(lengths)
        var out = Grid(rows: e.rows, columns: h)
        for (dialogue, length) in lengths.enumerated() {
            var pooled = Grid(rows: streams, columns: h)
            let rows = starts[dialogue] * streams..<starts[dialogue + 1] * streams
            for row in rows {
                for c in 0..<h { pooled[row % streams, c] += e[row, c] / Double(length) }
            }
            let scores = e.rows(rows).timesTransposed(pooled)
            for row in rows {
                let weights = (0..<streams).map { exp(scores[row - rows.lowerBound, $0] / Double(h).squareRoot()) }
                let total = weights.reduce(0, +)
                for q in 0..<streams {
                    for c in 0..<h { out[row, c] += weights[q] / total * pooled[q, c] }
                }
            }
        }
        return out
    }

    @Test(arguments: 2...4, [[1], [6], [1, 3, 2]])
    func attentionToMeansOverTime(streams: Int, lengths: [Int]) {
        var generator = SplitMix64(seed: 33)
        let e = Grid.random(lengths.reduce(0, +) * streams, 5, scale: 2, using: &generator)
        checkOperation([e], elements: 20) { tape, v in
            tape.pooledAttention(v[0], streams: streams, lengths: lengths)
        } reference: {
            reference($0[0], streams: streams, lengths: lengths)
        }
    }
}
