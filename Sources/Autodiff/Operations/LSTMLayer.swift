import Tensors

extension Tape {
    /// A bidirectional LSTM layer (Hochreiter and Schmidhuber, 1997, with PyTorch's equations):
    /// i = σ(W_ii x + b_ii + W_hi h + b_hi), f and o likewise, g = tanh(W_ig x + b_ig + W_hg h + b_hg),
    /// c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').
    ///
    /// - Parameters:
    ///   - x: [S, in]; `inputRow` says for every row of the layout which row of x it reads
    ///   - inputRow: nil where x has the layout's own rows
    ///   - directions: forward, then backward in time
    /// - Returns: [layout.rows, 2h], the forward direction's state first
    public func lstmLayer(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32]? = nil, directions: [RecurrentDirection]
    ) -> Variable {
        recurrentLayer(LSTMCell.self, x, layout: layout, inputRow: inputRow, directions: directions)
    }
}

/// Carried are state and cell. Saved are i, f, g, o, the cell before the step, tanh of the one after it, and the state before.
private enum LSTMCell: RecurrentCell {
    static let gates = 4
    static let carried = 2
    static let saved = 7
    static let previousState = 6
    static let recurrentSide = [(saved: 0..<4, weight: 0..<4)]

    static func step(
        carried: [Tensor], recurrent: Tensor, input: Tensor, inputRow: [Int32], from first: Int,
        direction: RecurrentDirection, output: Matrix, saved: Tensor
    ) {
        Kernels.lstmStep(
            state: carried[0], cell: carried[1], recurrent: recurrent, input: input, inputRows: inputRow, from: first,
            inputBias: direction.inputBias.value, recurrentBias: direction.recurrentBias.value, output: output,
            saved: saved)
    }

    static func stepBackward(_ gradient: Matrix, carried: [Tensor], saved: Tensor, scratch: Tensor) -> Matrix {
        Kernels.lstmStepBackward(gradient, stateGradient: carried[0], cellGradient: carried[1], saved: saved)
        return saved.matrix(columns: 0..<4 * carried[0].columns)
    }
}
