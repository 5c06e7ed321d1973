import Autodiff
import Foundation
import Testing

@Suite struct LSTMLayerTests {
    private let check = RecurrentLayerCheck(
        gates: 4, seed: 29,
        layer: { $0.lstmLayer($1, layout: $2, inputRow: $3, directions: $4) },
        step: { products, unit, state, cell in
            func gate(_ gate: Int) -> Double { products.sum(gate, unit, state.count) }
            cell[unit] =
                RecurrentLayerCheck.sigmoid(gate(1)) * cell[unit] + RecurrentLayerCheck.sigmoid(gate(0)) * tanh(gate(2))
            state[unit] = RecurrentLayerCheck.sigmoid(gate(3)) * tanh(cell[unit])
        })

    @Test(arguments: [[1], [4], [2, 5, 1, 5, 3]], [false, true])
    func stepByStep(lengths: [Int], padded: Bool) { check.stepByStep(lengths: lengths, padded: padded) }

    @Test func manyDialogues() { check.manyDialogues() }
}
