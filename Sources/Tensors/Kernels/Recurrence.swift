import CKernels

extension Kernels {
    /// One step of a GRU for R sequences, on this thread; gates in PyTorch's order r, z, n.
    ///
    /// - Parameters:
    ///   - state: [R, h], replaced by the new state
    ///   - recurrent: state W_hhᵀ, [R, 3h], without its bias
    ///   - input: x W_ihᵀ, [·, 3h], without its bias; sequence k reads row `inputRows[first + k]`
    ///   - output: the new state once more, [R, h]
    ///   - saved: [R, 5h]: r, z, n, W_hn h + b_hn and the old state, for the way back
    public static func gruStep(
        state: Tensor, recurrent: Tensor, input: Tensor, inputRows: [Int32], from first: Int, inputBias: Tensor,
        recurrentBias: Tensor, output: Matrix, saved: Tensor
    ) {
        let h = state.columns
        precondition(recurrent.rows == state.rows && output.rows == state.rows && saved.rows == state.rows)
        precondition(recurrent.columns == 3 * h && input.columns == 3 * h && saved.columns == 5 * h)
        precondition(output.columns == h && inputBias.count == 3 * h && recurrentBias.count == 3 * h)
        precondition(first >= 0 && first + state.rows <= inputRows.count)
        inputRows.withUnsafeBufferPointer {
            kernels.gru_step(
                state.matrix.view, output.view, saved.matrix.view, input.matrix.view, $0.baseAddress! + first,
                inputBias.pointer, recurrent.matrix.view, recurrentBias.pointer)
        }
    }

    /// The step's way back, on this thread.
    ///
    /// - Parameters:
    ///   - stateGradient: [R, h]: what later steps ask of the new state; becomes z ⊙ (that + `gradient`), to which the caller adds
    ///     the recurrent gradient times W_hh
    ///   - saved: r, z, n and hn become the gradients of r, z, n (on the side of the input) and of hn
    ///   - recurrentGradient: gets the gradients on the side of the state, [R, 3h]
    public static func gruStepBackward(
        _ gradient: Matrix, stateGradient: Tensor, saved: Tensor, recurrentGradient: Tensor
    ) {
        let h = stateGradient.columns
        let rows = stateGradient.rows
        precondition(gradient.rows == rows && saved.rows == rows && recurrentGradient.rows == rows)
        precondition(gradient.columns == h && saved.columns == 5 * h && recurrentGradient.columns == 3 * h)
        kernels.gru_step_backward(
            stateGradient.matrix.view, saved.matrix.view, recurrentGradient.matrix.view, gradient.view)
    }

    /// One step of an LSTM for R sequences, on this thread; gates in PyTorch's order i, f, g, o.
    ///
    /// - Parameters:
    ///   - state, cell: [R, h], replaced by the new ones
    ///   - recurrent: state W_hhᵀ, [R, 4h], without its bias
    ///   - input: x W_ihᵀ, [·, 4h], without its bias; sequence k reads row `inputRows[first + k]`
    ///   - output: the new state once more, [R, h]
    ///   - saved: [R, 7h]: the gates, the old cell, tanh of the new one and the old state, for the way back
    public static func lstmStep(
        state: Tensor, cell: Tensor, recurrent: Tensor, input: Tensor, inputRows: [Int32], from first: Int,
        inputBias: Tensor, recurrentBias: Tensor, output: Matrix, saved: Tensor
    ) {
        let h = state.columns
        check(cell, state)
        precondition(recurrent.rows == state.rows && output.rows == state.rows && saved.rows == state.rows)
        precondition(recurrent.columns == 4 * h && input.columns == 4 * h && saved.columns == 7 * h)
        precondition(output.columns == h && inputBias.count == 4 * h && recurrentBias.count == 4 * h)
        precondition(first >= 0 && first + state.rows <= inputRows.count)
        inputRows.withUnsafeBufferPointer {
            kernels.lstm_step(
                state.matrix.view, cell.matrix.view, output.view, saved.matrix.view, input.matrix.view,
                $0.baseAddress! + first, inputBias.pointer, recurrent.matrix.view, recurrentBias.pointer)
        }
    }

    /// The step's way back, on this thread.
    ///
    /// - Parameters:
    ///   - stateGradient: [R, h]: what later steps ask of the new state; becomes 0, to which the caller adds the gates' gradients
    ///     times W_hh
    ///   - cellGradient: [R, h]: what later steps ask of the new cell; becomes what this one asks of the old
    ///   - saved: the gates become their gradients
    public static func lstmStepBackward(_ gradient: Matrix, stateGradient: Tensor, cellGradient: Tensor, saved: Tensor)
    {
        let h = stateGradient.columns
        let rows = stateGradient.rows
        check(cellGradient, stateGradient)
        precondition(gradient.rows == rows && saved.rows == rows && gradient.columns == h && saved.columns == 7 * h)
        kernels.lstm_step_backward(
            stateGradient.matrix.view, cellGradient.matrix.view, saved.matrix.view, gradient.view)
    }
}
