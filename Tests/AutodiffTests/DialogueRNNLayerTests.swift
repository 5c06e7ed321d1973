import Foundation
import Tensors
import Testing

@testable import Autodiff

@Suite struct DialogueRNNLayerTests {
    private let widths = (utterance: 3, global: 2, party: 4, emotion: 3)

    /// The definition, one dialogue and one utterance at a time, with a table of the parties' states.
    ///
    /// - Parameter masks: for each direction what states of the three GRUs are multiplied with, in the layout's rows
    private func reference(
        _ v: [Grid], _ lengths: [Int], _ speakers: [Int32], _ layout: SequenceLayout, _ masks: [[Grid]]
    ) -> Grid {
        func gru(_ x: [Double], _ h: [Double], _ w: ArraySlice<Grid>) -> [Double] {
            let (w, n) = (Array(w), h.count)
            func product(_ weight: Grid, _ bias: Grid, _ x: [Double], _ gate: Int) -> Double {
                x.indices.reduce(bias.values[gate]) { $0 + weight[gate, $1] * x[$1] }
            }
            func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
            return (0..<n).map { k in
                let r = sigmoid(product(w[0], w[2], x, k) + product(w[1], w[3], h, k))
                let z = sigmoid(product(w[0], w[2], x, n + k) + product(w[1], w[3], h, n + k))
                let new = tanh(product(w[0], w[2], x, 2 * n + k) + r * product(w[1], w[3], h, 2 * n + k))
                return (1 - z) * new + z * h[k]
            }
        }
        var out = Grid(rows: layout.rows, columns: 2 * widths.emotion)
        let starts = starts(lengths)
        for direction in 0..<2 {
            let w = Array(v[(1 + 13 * direction)..<(14 + 13 * direction)])
            for (dialogue, length) in lengths.enumerated() {
                var global = [Double](repeating: 0, count: widths.global)
                var emotion = [Double](repeating: 0, count: widths.emotion)
                var parties: [Int32: [Double]] = [:]
                var history: [[Double]] = []
                for step in direction == 0 ? Array(0..<length) : (0..<length).reversed() {
                    let utterance = starts[dialogue] + step
                    let row = Int(layout.rowOfUtterance[utterance])
                    func dropped(_ state: [Double], _ cell: Int) -> [Double] {
                        state.indices.map { state[$0] * masks[direction][cell][row, $0] }
                    }
                    let u = (0..<widths.utterance).map { v[0][utterance, $0] }
                    let speaker = speakers[utterance]
                    let party = parties[speaker] ?? [Double](repeating: 0, count: widths.party)
                    global = dropped(gru(u + party, global, w[0..<4]), 0)
                    var context = [Double](repeating: 0, count: widths.global)
                    let scores = history.map { g in exp(g.indices.reduce(0) { $0 + w[12].values[$1] * g[$1] }) }
                    for (g, score) in zip(history, scores) {
                        for k in g.indices { context[k] += score / scores.reduce(0, +) * g[k] }
                    }
                    history.append(global)
                    parties[speaker] = dropped(gru(u + context, party, w[4..<8]), 1)
                    emotion = dropped(gru(parties[speaker]!, emotion, w[8..<12]), 2)
                    for k in emotion.indices { out[row, direction * widths.emotion + k] = emotion[k] }
                }
            }
        }
        return out
    }

    private func check(
        lengths: [Int], parties: Int, dropout: Float = 0, directions: Int = 2, elements: Int = 5
    ) {
        let layout = SequenceLayout(packing: lengths)
        let (d, g, p, e) = (widths.utterance, widths.global, widths.party, widths.emotion)
        var generator = SplitMix64(seed: 31)
        let speakers = (0..<layout.rows).map { _ in Int32.random(in: 0..<Int32(parties), using: &generator) }
        var inputs = [Grid.random(layout.rows, d, using: &generator)]
        for _ in 0..<2 {
            for (input, h) in [(d + p, g), (d + g, p), (p, e)] {
                inputs += [
                    .random(3 * h, input, using: &generator), .random(3 * h, h, using: &generator),
                    .random(1, 3 * h, using: &generator), .random(1, 3 * h, using: &generator),
                ]
            }
            inputs.append(.random(1, g, scale: 3, using: &generator))
        }
        // The masks that a pass draws first.
        let mode = Tape.Mode.training(seed: 5, step: 2)
        let tape = Tape(mode: mode, recording: false)
        let masks = (0..<2).map { _ in
            [g, p, e].map { h in
                let mask = Tensor(rows: layout.rows, columns: h)
                Kernels.dropout(
                    Tensor(rows: layout.rows, columns: h, repeating: 1),
                    DropoutMask(key: tape.maskKey(probability: dropout), probability: dropout), into: mask)
                return Grid(mask)
            }
        }
        checkOperation(inputs, mode: mode, directions: directions, elements: elements) { tape, v in
            func gru(_ first: Int) -> RecurrentDirection {
                RecurrentDirection(
                    inputWeight: v[first], recurrentWeight: v[first + 1], inputBias: v[first + 2],
                    recurrentBias: v[first + 3])
            }
            let sides = [1, 14].map {
                DialogueRNNDirection(global: gru($0), party: gru($0 + 4), emotion: gru($0 + 8), attention: v[$0 + 12])
            }
            return tape.dialogueRNNLayer(
                v[0], layout: layout, speakers: speakers, directions: sides, dropout: dropout)
        } reference: {
            reference($0, lengths, speakers, layout, masks)
        }
    }

    @Test(arguments: [[1], [5], [2, 5, 1, 4]], [1, 3])
    func stepByStep(lengths: [Int], parties: Int) { check(lengths: lengths, parties: parties) }

    @Test func withDropout() { check(lengths: [4, 1, 6], parties: 2, dropout: 0.4) }

    /// Enough dialogues to be cut into blocks where there are threads for them.
    @Test func manyDialogues() {
        check(lengths: (0..<17).map { 1 + $0 * 5 % 4 }, parties: 2, directions: 1, elements: 1)
    }
}
