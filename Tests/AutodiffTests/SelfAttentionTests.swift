import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct SelfAttentionTests {
    /// - Parameter mask: what dropout multiplies the weight of (dialogue, query, key) by
    private func reference(_ x: Grid, lengths: [Int], mask: (Int, Int, Int) -> Double = { _, _, _ in 1 }) -> Grid {
        let h = x.columns / 3
        let starts = starts(lengths)
        let (queries, keys, values) = (x.columns(0..<h), x.columns(h..<2 * h), x.columns(2 * h..<3 * h))
        var out = Grid(rows: x.rows, columns: h)
        for dialogue in lengths.indices {
            let rows = starts[dialogue]..<starts[dialogue + 1]
            let scores = queries.rows(rows).timesTransposed(keys.rows(rows))
            for i in 0..<rows.count {
                let weights = (0..<rows.count).map { exp(scores[i, $0] / Double(h).squareRoot()) }
                let total = weights.reduce(0, +)
                for j in 0..<rows.count {
                    let weight = weights[j] / total * mask(dialogue, i, j)
                    for c in 0..<h { out[rows.lowerBound + i, c] += weight * values[rows.lowerBound + j, c] }
                }
            }
        }
        return out
    }

    @Test(arguments: [[1], [6], [1, 4, 3]])
    func scaledDotProducts(lengths: [Int]) {
        var generator = SplitMix64(seed: 34)
        checkOperation([Grid.random(lengths.reduce(0, +), 12, scale: 2, using: &generator)], elements: 30) { tape, v in
            tape.selfAttention(v[0], lengths: lengths, dropout: 0)
        } reference: {
            reference($0[0], lengths: lengths)
        }
    }

    /// Dialogues that all threads share, in one tile of rows and in two.
    @Test(arguments: [130, 514])
    func longDialogue(length: Int) {
        let lengths = [2, length]
        var generator = SplitMix64(seed: 35)
        checkOperation([Grid.random(length + 2, 3, scale: 2, using: &generator)], directions: 2, elements: 4) {
            tape, v in
            tape.selfAttention(v[0], lengths: lengths, dropout: 0)
        } reference: {
            reference($0[0], lengths: lengths)
        }
    }

    /// The mask, read off an attention whose weights are all 1/n and whose values are unit vectors, is that of every other
    /// attention with the same key, backward included.
    @Test(arguments: [[5], [3, 6, 1]])
    func droppedWeights(lengths: [Int]) {
        let mode = Tape.Mode.training(seed: 3, step: 14)
        let h = 6
        let n = lengths.reduce(0, +)
        let starts = starts(lengths)
        let probe = Tensor(rows: n, columns: 3 * h, repeating: 0)
        for dialogue in lengths.indices {
            for i in 0..<lengths[dialogue] { probe[starts[dialogue] + i, 2 * h + i] = 1 }
        }
        let shares = Tape(mode: mode, recording: false).selfAttention(.constant(probe), lengths: lengths, dropout: 0.4)
            .value
        func mask(_ dialogue: Int, _ i: Int, _ j: Int) -> Double {
            Double(shares[starts[dialogue] + i, j] * Float(lengths[dialogue]))
        }
        let masks = lengths.indices.flatMap { d in
            (0..<lengths[d]).flatMap { i in (0..<lengths[d]).map { mask(d, i, $0) } }
        }
        #expect(masks.allSatisfy { $0 == 0 || abs($0 - 1 / 0.6) < 1e-5 })
        #expect(masks.contains(0) && masks.contains { $0 > 0 })
        var generator = SplitMix64(seed: 36)
        checkOperation([Grid.random(n, 3 * h, using: &generator)], mode: mode, elements: 30) { tape, v in
            tape.selfAttention(v[0], lengths: lengths, dropout: 0.4)
        } reference: {
            reference($0[0], lengths: lengths, mask: mask)
        }
    }

    /// The share of dropped weights, over two tiles of a long dialogue.
    @Test func droppedShare() {
        let n = 530
        let probe = Tensor(rows: n, columns: 3 * n, repeating: 0)
        for i in 0..<n { probe[i, 2 * n + i] = 1 }
        let tape = Tape(mode: .training(seed: 1, step: 1), recording: false)
        let shares = tape.selfAttention(.constant(probe), lengths: [n], dropout: 0.1).value
        let dropped = shares.values.count { $0 == 0 }
        #expect(abs(Double(dropped) / Double(n * n) - 0.1) < 0.011)
        #expect(shares.rows(0..<12).array != shares.rows(512..<524).array)
    }
}
