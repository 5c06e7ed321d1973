import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct LSTMLayerTests {
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
            for sequence in sequences {
                var state = Grid(rows: 1, columns: h)
                var cell = [Double](repeating: 0, count: h)
                for row in direction == 0 ? sequence : sequence.reversed() {
                    let source = inputRow.map { Int($0[row]) } ?? row
                    let input = x.rows(source..<source + 1).timesTransposed(weights[0])
                    let recurrent = state.timesTransposed(weights[1])
                    for k in 0..<h {
                        func gate(_ g: Int) -> Double {
                            let i = g * h + k
                            return input.values[i] + weights[2].values[i] + recurrent.values[i] + weights[3].values[i]
                        }
                        cell[k] = sigmoid(gate(1)) * cell[k] + sigmoid(gate(0)) * tanh(gate(2))
                        state.values[k] = sigmoid(gate(3)) * tanh(cell[k])
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
        var generator = SplitMix64(seed: 29)
        var inputs = [Grid.random(inputRows, width, using: &generator)]
        for _ in 0..<2 {
            inputs += [
                .random(4 * h, width, using: &generator), .random(4 * h, h, using: &generator),
                .random(1, 4 * h, using: &generator), .random(1, 4 * h, using: &generator),
            ]
        }
        checkOperation(inputs, directions: directions, elements: elements) { tape, v in
            let sides = [1, 5].map {
                RecurrentDirection(
                    inputWeight: v[$0], recurrentWeight: v[$0 + 1], inputBias: v[$0 + 2], recurrentBias: v[$0 + 3])
            }
            return tape.lstmLayer(v[0], layout: layout, inputRow: inputRow, directions: sides)
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
}
