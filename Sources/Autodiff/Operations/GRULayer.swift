import Tensors

extension Tape {
    /// A bidirectional GRU layer (Cho et al., 2014, with PyTorch's equations):
    /// r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)), h' = (1 − z) ⊙ n + z ⊙ h.
    ///
    /// - Parameters:
    ///   - x: [S, in]; `inputRow` says for every row of the layout which row of x it reads
    ///   - inputRow: nil where x has the layout's own rows
    ///   - directions: forward, then backward in time
    /// - Returns: [layout.rows, 2h], the forward direction's state first
    public func gruLayer(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32]? = nil, directions: [RecurrentDirection]
    ) -> Variable {
        recurrentLayer(GRUCell.self, x, layout: layout, inputRow: inputRow, directions: directions)
    }
}

/// Saved are r, z, n, W_hn h + b_hn and the state before the step.
private enum GRUCell: RecurrentCell {
    static let gates = 3
    static let carried = 1
    static let saved = 5
    static let previousState = 4
    static let recurrentSide = [(saved: 0..<2, weight: 0..<2), (saved: 3..<4, weight: 2..<3)]

    static func step(
        carried: [Tensor], recurrent: Tensor, input: Tensor, inputRow: [Int32], from first: Int,
        direction: RecurrentDirection, output: Matrix, saved: Tensor
    ) {
        Kernels.gruStep(
            state: carried[0], recurrent: recurrent, input: input, inputRows: inputRow, from: first,
            inputBias: direction.inputBias.value, recurrentBias: direction.recurrentBias.value, output: output,
            saved: saved)
    }

    static func stepBackward(_ gradient: Matrix, carried: [Tensor], saved: Tensor, scratch: Tensor) -> Matrix {
        Kernels.gruStepBackward(gradient, stateGradient: carried[0], saved: saved, recurrentGradient: scratch)
        return scratch.matrix
    }
}
