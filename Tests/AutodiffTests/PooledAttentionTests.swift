import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct PooledAttentionTests {
    private func reference(_ e: Grid, streams: Int, lengths: [Int], softmax: PooledSoftmax) -> Grid {
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
            func weight(_ row: Int, _ q: Int) -> Double {
                let score = scores[row - rows.lowerBound, q]
                return softmax == .time ? exp(score) : exp(score / Double(h).squareRoot())
            }
            for row in rows {
                for q in 0..<streams {
                    // The other streams of the utterance, or the other utterances of the stream.
                    let total =
                        softmax == .streams
                        ? (0..<streams).reduce(0) { $0 + weight(row, $1) }
                        : rows.filter { $0 % streams == row % streams }.reduce(0) { $0 + weight($1, q) }
                    for c in 0..<h { out[row, c] += weight(row, q) / total * pooled[q, c] }
                }
            }
        }
        return out
    }

    @Test(arguments: 1...4, [[1], [6], [1, 3, 2]])
    func attentionToMeansOverTime(streams: Int, lengths: [Int]) {
        for softmax in [PooledSoftmax.streams, .time] {
            attention(streams: streams, lengths: lengths, softmax: softmax)
        }
    }

    private func attention(streams: Int, lengths: [Int], softmax: PooledSoftmax) {
        var generator = SplitMix64(seed: 33)
        let e = Grid.random(lengths.reduce(0, +) * streams, 5, scale: 2, using: &generator)
        checkOperation([e], elements: 20) { tape, v in
            tape.pooledAttention(v[0], streams: streams, lengths: lengths, softmax: softmax)
        } reference: {
            reference($0[0], streams: streams, lengths: lengths, softmax: softmax)
        }
    }
}
