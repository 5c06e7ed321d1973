import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct GRULayerTests {
    /// PyTorch's equations, one dialogue and one step at a time.
    ///
    /// - Parameter sequences: for every dialogue the layout's rows of its steps
    private func reference(_ v: [Grid], rows: Int, sequences: [[Int]], inputRow: [Int32]?) -> Grid {
        let x = v[0]
        let h = v[2].columns
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        var out = Grid(rows: rows, columns: 2 * h)
        for direction in 0..<2 {
            let weights = Array(v[(1 + 4 * direction)..<(5 + 4 * direction)])
            let (inputWeight, recurrentWeight, inputBias, recurrentBias) = (
                weights[0], weights[1], weights[2], weights[3]
            )
            for sequence in sequences {
                var state = Grid(rows: 1, columns: h)
                for row in direction == 0 ? sequence : sequence.reversed() {
                    let source = inputRow.map { Int($0[row]) } ?? row
                    let input = x.rows(source..<source + 1).timesTransposed(inputWeight)
                    let recurrent = state.timesTransposed(recurrentWeight)
                    for k in 0..<h {
                        func gate(_ g: Int) -> (Double, Double) {
                            let i = g * h + k
                            return (
                                input.values[i] + inputBias.values[i], recurrent.values[i] + recurrentBias.values[i]
                            )
                        }
                        let r = sigmoid(gate(0).0 + gate(0).1)
                        let z = sigmoid(gate(1).0 + gate(1).1)
                        let n = tanh(gate(2).0 + r * gate(2).1)
                        state.values[k] = (1 - z) * n + z * state.values[k]
                        out[row, direction * h + k] = state.values[k]
                    }
                }
            }
        }
        return out
    }

    private func check(lengths: [Int], padded: Bool, shared: Bool, directions: Int = 2, elements: Int = 6) {
        let layout = padded ? SequenceLayout(padding: lengths) : SequenceLayout(packing: lengths)
        let starts = starts(lengths)
        let width = 3
        let h = 2
        let sequences: [[Int]] = lengths.indices.map { dialogue in
            padded
                ? (0..<layout.steps).map { $0 * lengths.count + dialogue }
                : (starts[dialogue]..<starts[dialogue + 1]).map { Int(layout.rowOfUtterance[$0]) }
        }
        let inputRow = shared ? layout.source : nil
        let inputRows = shared ? Int(layout.source.max()!) + 1 : layout.rows
        var generator = SplitMix64(seed: 27)
        var inputs = [Grid.random(inputRows, width, using: &generator)]
        for _ in 0..<2 {
            inputs += [
                .random(3 * h, width, using: &generator), .random(3 * h, h, using: &generator),
                .random(1, 3 * h, using: &generator),
                .random(1, 3 * h, using: &generator),
            ]
        }
        checkOperation(inputs, directions: directions, elements: elements) { tape, v in
            let sides = [1, 5].map {
                RecurrentDirection(
                    inputWeight: v[$0], recurrentWeight: v[$0 + 1], inputBias: v[$0 + 2], recurrentBias: v[$0 + 3])
            }
            return tape.gruLayer(v[0], layout: layout, inputRow: inputRow, directions: sides)
        } reference: {
            reference($0, rows: layout.rows, sequences: sequences, inputRow: inputRow)
        }
    }

    @Test(arguments: [[1], [4], [2, 5, 1, 5, 3]], [false, true])
    func stepByStep(lengths: [Int], padded: Bool) {
        check(lengths: lengths, padded: padded, shared: true)
        check(lengths: lengths, padded: padded, shared: false)
    }

    /// Enough dialogues to be cut into blocks where there are threads for them.
    @Test func manyDialogues() {
        let lengths = (0..<17).map { 1 + $0 * 5 % 4 }
        check(lengths: lengths, padded: false, shared: true, directions: 1, elements: 2)
        check(lengths: lengths, padded: true, shared: true, directions: 1, elements: 2)
    }

    /// Packed, a dialogue's states are those it has alone.
    @Test func dialoguesDoNotMeet() {
        let lengths = [3, 6, 1, 4]
        var generator = SplitMix64(seed: 28)
        let x = Grid.random(14, 3, using: &generator).tensor
        let sides = (0..<2).map { _ in
            RecurrentDirection(
                inputWeight: .constant(Grid.random(12, 3, using: &generator).tensor),
                recurrentWeight: .constant(Grid.random(12, 4, using: &generator).tensor),
                inputBias: .constant(Grid.random(1, 12, using: &generator).tensor),
                recurrentBias: .constant(Grid.random(1, 12, using: &generator).tensor))
        }
        func states(_ x: Tensor, _ lengths: [Int]) -> Tensor {
            let tape = Tape(mode: .evaluation, recording: false)
            let layout = SequenceLayout(packing: lengths)
            let y = tape.gruLayer(.constant(x), layout: layout, inputRow: layout.source, directions: sides)
            return tape.gatherRows(y, layout.rowOfUtterance).value
        }
        let together = states(x, lengths)
        let starts = starts(lengths)
        for dialogue in lengths.indices {
            let rows = starts[dialogue]..<starts[dialogue + 1]
            let alone = states(x.rows(rows), [lengths[dialogue]])
            #expect(largestError(Grid(alone), Grid(together.rows(rows))) < 1e-6)
        }
    }
}
