import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct GRULayerTests {
    private let check = RecurrentLayerCheck(
        gates: 3, seed: 27,
        layer: { $0.gruLayer($1, layout: $2, inputRow: $3, directions: $4) },
        step: { products, unit, state, _ in
            let h = state.count
            let r = RecurrentLayerCheck.sigmoid(products.sum(0, unit, h))
            let z = RecurrentLayerCheck.sigmoid(products.sum(1, unit, h))
            let n = tanh(products.input[2 * h + unit] + r * products.recurrent[2 * h + unit])
            state[unit] = (1 - z) * n + z * state[unit]
        })

    @Test(arguments: [[1], [4], [2, 5, 1, 5, 3]], [false, true])
    func stepByStep(lengths: [Int], padded: Bool) { check.stepByStep(lengths: lengths, padded: padded) }

    @Test func manyDialogues() { check.manyDialogues() }

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
