import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct EmotionConvolutionTests {
    /// Σ over explicit lists of neighbours.
    private func reference(_ v: [Grid], streams: Int, lengths: [Int]) -> Grid {
        let y = v[0]
        let h = y.columns / streams
        let bias = v[2].values[0]
        let gate = v[1].values
        var out = y
        func node(_ row: Int, _ stream: Int) -> Int { row * y.columns + stream * h }
        let starts = starts(lengths)
        // Two dot products per node.
        var targets: [Double] = []
        var sources: [Double] = []
        for first in stride(from: 0, to: y.values.count, by: h) {
            targets.append((0..<h).reduce(0) { $0 + gate[$1] * y.values[first + $1] })
            sources.append((0..<h).reduce(0) { $0 + gate[h + $1] * y.values[first + $1] })
        }
        for (dialogue, length) in lengths.enumerated() {
            let rows = starts[dialogue]..<starts[dialogue + 1]
            for row in rows {
                for stream in 0..<streams {
                    var neighbours = rows.filter { $0 != row }.map { ($0, stream) }
                    neighbours += (0..<streams).filter { $0 != stream }.map { (row, $0) }
                    #expect(neighbours.count == length + streams - 2)
                    let here = node(row, stream)
                    for (otherRow, otherStream) in neighbours {
                        let there = node(otherRow, otherStream)
                        let weight = tanh(targets[here / h] + sources[there / h] + bias) / Double(neighbours.count)
                        for c in 0..<h { out.values[here + c] += weight * y.values[there + c] }
                    }
                }
            }
        }
        return out
    }

    private func inputs(streams: Int, h: Int, lengths: [Int], scale: Float = 1) -> [Grid] {
        var generator = SplitMix64(seed: 26)
        return [
            .random(lengths.reduce(0, +), streams * h, using: &generator),
            .random(1, 2 * h, scale: scale, using: &generator),
            .random(1, 1, using: &generator),
        ]
    }

    @Test(arguments: 1...4, [[1], [5], [1, 4, 2, 1]])
    func convolution(streams: Int, lengths: [Int]) {
        checkOperation(inputs(streams: streams, h: 3, lengths: lengths)) { tape, v in
            tape.emotionConvolution(v[0], gate: v[1], bias: v[2], lengths: lengths)
        } reference: {
            reference($0, streams: streams, lengths: lengths)
        }
    }

    /// Dialogues that all threads share, in one tile of rows and in two, with a short one after them.
    @Test(arguments: [131, 515])
    func longDialogue(length: Int) {
        let lengths = [length, 2]
        checkOperation(inputs(streams: 2, h: 1, lengths: lengths), directions: 1, elements: 2) { tape, v in
            tape.emotionConvolution(v[0], gate: v[1], bias: v[2], lengths: lengths)
        } reference: {
            reference($0, streams: 2, lengths: lengths)
        }
    }

    /// One utterance with one modality hears nobody.
    @Test func nobodyToHear() {
        let v = inputs(streams: 1, h: 4, lengths: [1, 1]).map { Variable($0.tensor) }
        let tape = Tape(mode: .evaluation)
        let y = tape.emotionConvolution(v[0], gate: v[1], bias: v[2], lengths: [1, 1])
        #expect(y.value.array == v[0].value.array)
    }

    /// Gates far in tanh's flat part.
    @Test func saturatedGates() {
        let lengths = [4, 3]
        checkOperation(inputs(streams: 3, h: 2, lengths: lengths, scale: 40)) { tape, v in
            tape.emotionConvolution(v[0], gate: v[1], bias: v[2], lengths: lengths)
        } reference: {
            reference($0, streams: 3, lengths: lengths)
        }
    }
}
