import Tensors

/// A GRU cell that runs step by step because its input depends on the step before: [u ; b], an utterance's numbers, which are known
/// ahead, and what is computed beside them. Its states may be dropped out, and are carried on as they are then.
///
/// Rows are those of a ``SequenceLayout``. Steps of different rows may run on different threads.
final class SteppedGRU: @unchecked Sendable {
    /// h.
    let width: Int
    /// The width of b.
    let beside: Int
    /// The state after each step, [rows, h].
    let states: Tensor
    private let parameters: RecurrentDirection
    /// Of each step: r, z, n, W_hn h + b_hn and the state before it, [rows, 5h]; on the way back, gradients of the first four.
    private let saved: Tensor
    /// What the utterances add to the gates, [rows, 3h]; nil where the input is b alone.
    private var projected: Tensor?
    /// What states are multiplied with, [rows, h]; nil where nothing is dropped.
    private let mask: Tensor?
    /// The factors of the steps: the columns of W_ih for b, and W_hh; transposed on the way forward.
    private var besideWeight, stateWeight: PackedMatrix

    /// - Parameters:
    ///   - input: u, [rows, D]; nil where the input is b alone
    ///   - mask: what drops states; nil for nothing
    init(_ parameters: RecurrentDirection, rows: Int, input: Tensor?, mask: DropoutMask?) {
        self.parameters = parameters
        let d = input?.columns ?? 0
        (width, beside) = (parameters.recurrentWeight.columns, parameters.inputWeight.columns - d)
        precondition(beside > 0 && parameters.inputWeight.rows == 3 * width && input.map { $0.rows == rows } ?? true)
        states = Tensor(rows: rows, columns: width)
        saved = Tensor(rows: rows, columns: 5 * width)
        let weight = parameters.inputWeight.value.matrix
        if let input {
            let product = Tensor(rows: rows, columns: 3 * width)
            MatrixProduct.multiply(input.matrix, weight.columns(0..<d).transposed, into: product.matrix)
            projected = product
        }
        if let mask {
            let factors = Tensor(rows: rows, columns: width)
            Kernels.dropout(Tensor(rows: rows, columns: width, repeating: 1), mask, into: factors)
            self.mask = factors
        } else {
            self.mask = nil
        }
        besideWeight = PackedMatrix(weight.columns(d..<d + beside).transposed)
        stateWeight = PackedMatrix(parameters.recurrentWeight.value.matrix.transposed)
    }

    /// The state before each step, [rows, h].
    var statesBefore: Matrix { saved.matrix(columns: 4 * width..<5 * width) }

    /// One step of some rows.
    /// - Parameters:
    ///   - state: [n, h], replaced by the new one
    ///   - beside: b, [n, beside]
    func step(_ rows: Range<Int>, state: Tensor, beside: Tensor) {
        let input = projected?.rows(rows) ?? Tensor(rows: rows.count, columns: 3 * width)
        MatrixProduct.multiplyOnThisThread(
            beside.matrix, besideWeight, into: input.matrix, beta: projected == nil ? 0 : 1)
        let recurrent = Tensor(rows: rows.count, columns: 3 * width)
        MatrixProduct.multiplyOnThisThread(state.matrix, stateWeight, into: recurrent.matrix)
        let new = states.rows(rows)
        Kernels.gruStep(
            state: state, recurrent: recurrent, input: input, inputRows: (0..<Int32(rows.count)).map { $0 }, from: 0,
            inputBias: parameters.inputBias.value, recurrentBias: parameters.recurrentBias.value, output: new.matrix,
            saved: saved.rows(rows))
        guard let mask else { return }
        multiply(new, by: mask.rows(rows))
        Kernels.copy(new.matrix, to: state.matrix)
    }

    /// Turns from the way forward to the way back.
    func prepareBackward() {
        projected = nil
        let weight = parameters.inputWeight.value.matrix
        besideWeight = PackedMatrix(weight.columns(weight.columns - beside..<weight.columns))
        stateWeight = PackedMatrix(parameters.recurrentWeight.value.matrix)
    }

    /// The step's way back.
    /// - Parameters:
    ///   - gradient: of the new state, [n, h], but for what the next step asks of it
    ///   - state: [n, h], what the next step asks of it; becomes the gradient of the state before
    ///   - target: b's gradient is added to it, [n, beside]
    func stepBackward(_ rows: Range<Int>, _ gradient: Matrix, state: Tensor, beside target: Tensor) {
        let whole = Tensor(rows: rows.count, columns: width)
        Kernels.add(gradient, state.matrix, into: whole.matrix)
        if let mask { multiply(whole, by: mask.rows(rows)) }
        state.fill(0)
        let (saved, recurrent) = (saved.rows(rows), Tensor(rows: rows.count, columns: 3 * width))
        Kernels.gruStepBackward(whole.matrix, stateGradient: state, saved: saved, recurrentGradient: recurrent)
        MatrixProduct.multiplyOnThisThread(recurrent.matrix, stateWeight, into: state.matrix, beta: 1)
        MatrixProduct.multiplyOnThisThread(
            saved.matrix(columns: 0..<3 * width), besideWeight, into: target.matrix, beta: 1)
    }

    /// When all steps have come back, the gradients of the parameters, and of u, which are added to `inputGradient`.
    func accumulateGradients(input: Tensor?, beside: Matrix, inputGradient: Tensor?) {
        let (h, d) = (width, input?.columns ?? 0)
        let gates = saved.matrix(columns: 0..<3 * h)
        Kernels.addColumnSums(of: gates, to: parameters.inputBias.slot.toAddTo().matrix)
        let weight = parameters.inputWeight.slot.toAddTo()
        if let input {
            MatrixProduct.multiply(gates.transposed, input.matrix, into: weight.matrix(columns: 0..<d), beta: 1)
        }
        MatrixProduct.multiply(gates.transposed, beside, into: weight.matrix(columns: d..<weight.columns), beta: 1)
        if let inputGradient {
            MatrixProduct.multiply(
                gates, parameters.inputWeight.value.matrix(columns: 0..<d), into: inputGradient.matrix, beta: 1)
        }
        // The gate n has a product with the state that r is multiplied to.
        let recurrent = parameters.recurrentWeight.slot.toAddTo()
        let bias = parameters.recurrentBias.slot.toAddTo()
        for (own, rows) in [(0..<2 * h, 0..<2 * h), (3 * h..<4 * h, 2 * h..<3 * h)] {
            let gates = saved.matrix(columns: own)
            MatrixProduct.multiply(gates.transposed, statesBefore, into: recurrent.rows(rows).matrix, beta: 1)
            Kernels.addColumnSums(of: gates, to: bias.matrix(columns: rows))
        }
    }

    private func multiply(_ x: Tensor, by factors: Tensor) {
        let (x, y) = (x.values, factors.values)
        for index in 0..<x.count { x[index] *= y[index] }
    }
}
