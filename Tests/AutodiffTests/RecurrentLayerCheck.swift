import Autodiff
import Foundation
import Tensors
import Testing

/// A recurrent layer against PyTorch's equations of it, one dialogue and one step at a time.
struct RecurrentLayerCheck {
    /// The products of one step, a number for each unit of each gate: of the input and of the state before, each with its bias.
    struct Products {
        let input: [Double]
        let recurrent: [Double]

        /// Of gate `gate` of `h` units, both together.
        func sum(_ gate: Int, _ unit: Int, _ h: Int) -> Double { input[gate * h + unit] + recurrent[gate * h + unit] }
    }

    /// How many gates a unit has.
    let gates: Int
    let seed: UInt64
    /// The layer.
    let layer: (Tape, Variable, SequenceLayout, [Int32]?, [RecurrentDirection]) -> Variable
    /// Makes the next state, and cell where there is one, of a unit.
    let step: (_ products: Products, _ unit: Int, _ state: inout [Double], _ cell: inout [Double]) -> Void

    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// - Parameter sequences: for every dialogue the layout's rows of its steps
    private func reference(_ v: [Grid], rows: Int, sequences: [[Int]], inputRow: [Int32]?) -> Grid {
        let h = v[2].columns
        var out = Grid(rows: rows, columns: 2 * h)
        for direction in 0..<2 {
            let weights = Array(v[(1 + 4 * direction)..<(5 + 4 * direction)])
            for sequence in sequences {
                var state = Grid(rows: 1, columns: h)
                var cell = [Double](repeating: 0, count: h)
                for row in direction == 0 ? sequence : sequence.reversed() {
                    let source = inputRow.map { Int($0[row]) } ?? row
                    let input = v[0].rows(source..<source + 1).timesTransposed(weights[0])
                    let products = Products(
                        input: zip(input.values, weights[2].values).map(+),
                        recurrent: zip(state.timesTransposed(weights[1]).values, weights[3].values).map(+))
                    for unit in 0..<h {
                        step(products, unit, &state.values, &cell)
                        out[row, direction * h + unit] = state.values[unit]
                    }
                }
            }
        }
        return out
    }

    func callAsFunction(lengths: [Int], padded: Bool, shared: Bool, directions: Int = 2, elements: Int = 6) {
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
        var generator = SplitMix64(seed: seed)
        var inputs = [Grid.random(inputRows, width, using: &generator)]
        for _ in 0..<2 {
            inputs += [
                .random(gates * h, width, using: &generator), .random(gates * h, h, using: &generator),
                .random(1, gates * h, using: &generator), .random(1, gates * h, using: &generator),
            ]
        }
        checkOperation(inputs, directions: directions, elements: elements) { tape, v in
            let sides = [1, 5].map {
                RecurrentDirection(
                    inputWeight: v[$0], recurrentWeight: v[$0 + 1], inputBias: v[$0 + 2], recurrentBias: v[$0 + 3])
            }
            return layer(tape, v[0], layout, inputRow, sides)
        } reference: {
            reference($0, rows: layout.rows, sequences: sequences, inputRow: inputRow)
        }
    }

    /// Dialogues of some lengths, whose rows are their own or shared.
    func stepByStep(lengths: [Int], padded: Bool) {
        self(lengths: lengths, padded: padded, shared: true)
        self(lengths: lengths, padded: padded, shared: false)
    }

    /// Enough dialogues to be cut into blocks where there are threads for them.
    func manyDialogues() {
        let lengths = (0..<17).map { 1 + $0 * 5 % 4 }
        self(lengths: lengths, padded: false, shared: true, directions: 1, elements: 2)
        self(lengths: lengths, padded: true, shared: true, directions: 1, elements: 2)
    }
}
