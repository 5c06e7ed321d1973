import Concurrency
import Tensors

/// The parameters of one direction of one GRU layer, as PyTorch keeps them: gates in the order reset, update, new.
public struct GRUDirection {
    /// W_ih, [3h, in].
    public let inputWeight: Variable
    /// W_hh, [3h, h].
    public let recurrentWeight: Variable
    /// b_ih, [1, 3h].
    public let inputBias: Variable
    /// b_hh, [1, 3h].
    public let recurrentBias: Variable

    /// Groups four parameters.
    public init(inputWeight: Variable, recurrentWeight: Variable, inputBias: Variable, recurrentBias: Variable) {
        self.inputWeight = inputWeight
        self.recurrentWeight = recurrentWeight
        self.inputBias = inputBias
        self.recurrentBias = recurrentBias
    }

    var all: [Variable] { [inputWeight, recurrentWeight, inputBias, recurrentBias] }
}

extension Tape {
    /// A bidirectional GRU layer (Cho et al., 2014, with PyTorch's equations):
    /// r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)), h' = (1 − z) ⊙ n + z ⊙ h.
    ///
    /// Products with the input run over all rows at once; only W_hh h runs step by step. The two directions, and blocks of
    /// dialogues where there are more threads, run on different threads.
    ///
    /// - Parameters:
    ///   - x: [S, in]; `inputRow` says for every row of the layout which row of x it reads
    ///   - inputRow: nil where x has the layout's own rows
    ///   - directions: forward, then backward in time
    /// - Returns: [layout.rows, 2h], the forward direction's state first
    public func gruLayer(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32]? = nil, directions: [GRUDirection]
    ) -> Variable {
        precondition(directions.count == 2)
        let h = directions[0].recurrentWeight.columns
        let index = inputRow ?? (0..<Int32(layout.rows)).map { $0 }
        precondition(index.count == layout.rows)
        let y = Tensor(rows: layout.rows, columns: 2 * h)
        let projected = directions.map { direction in
            let product = Tensor(rows: x.rows, columns: 3 * h)
            MatrixProduct.multiply(x.value.matrix, direction.inputWeight.value.matrix.transposed, into: product.matrix)
            return product
        }
        let saved = directions.map { _ in Tensor(rows: layout.rows, columns: 5 * h) }
        let blocks = DialogueBlocks(count: layout.active[0], threads: Compute.threads)
        let weights = directions.map { PackedMatrix($0.recurrentWeight.value.matrix.transposed) }
        Compute.forEach(2 * blocks.count) { task in
            let side = task % 2
            let run = RecurrentRun(
                layout: layout, block: blocks[task / 2], isBackward: side == 1, h: h, weight: weights[side])
            run.forward(
                input: projected[side], inputRow: index, direction: directions[side], saved: saved[side], output: y,
                outputColumn: side * h)
        }
        return record(y, inputs: [x] + directions.flatMap(\.all)) { gradient in
            let weights = directions.map { PackedMatrix($0.recurrentWeight.value.matrix) }
            Compute.forEach(2 * blocks.count) { task in
                let side = task % 2
                let run = RecurrentRun(
                    layout: layout, block: blocks[task / 2], isBackward: side == 1, h: h, weight: weights[side])
                run.backward(saved: saved[side], gradient: gradient, gradientColumn: side * h)
            }
            for (direction, saved) in zip(directions, saved) {
                accumulateGRUGradients(x: x, inputRow: inputRow, direction: direction, saved: saved, h: h)
            }
        }
    }
}

/// With the gates' gradients in `saved` (r, z, n, hn and the previous state side by side), the products over all rows.
private func accumulateGRUGradients(x: Variable, inputRow: [Int32]?, direction: GRUDirection, saved: Tensor, h: Int) {
    let recurrent = direction.recurrentWeight.slot.toAddTo()
    let previous = saved.matrix(columns: 4 * h..<5 * h)
    MatrixProduct.multiply(
        saved.matrix(columns: 0..<2 * h).transposed, previous, into: recurrent.rows(0..<2 * h).matrix, beta: 1)
    MatrixProduct.multiply(
        saved.matrix(columns: 3 * h..<4 * h).transposed, previous, into: recurrent.rows(2 * h..<3 * h).matrix, beta: 1)
    let recurrentBias = direction.recurrentBias.slot.toAddTo()
    Kernels.addColumnSums(of: saved.matrix(columns: 0..<2 * h), to: recurrentBias.matrix(columns: 0..<2 * h))
    Kernels.addColumnSums(of: saved.matrix(columns: 3 * h..<4 * h), to: recurrentBias.matrix(columns: 2 * h..<3 * h))

    var gates = saved.matrix(columns: 0..<3 * h)
    Kernels.addColumnSums(of: gates, to: direction.inputBias.slot.toAddTo().matrix)
    if let inputRow {
        // Rows that read the same input (all padding reads one) have one sum, so the products run over x's rows.
        let sums = Tensor(rows: x.rows, columns: 3 * h, repeating: 0)
        Kernels.scatterAddRows(of: gates, inputRow, to: sums.matrix)
        gates = sums.matrix
    }
    MatrixProduct.multiply(gates.transposed, x.value.matrix, into: direction.inputWeight.slot.toAddTo().matrix, beta: 1)
    if x.requiresGradient {
        let (target, beta) = x.slot.target()
        MatrixProduct.multiply(gates, direction.inputWeight.value.matrix, into: target.matrix, beta: beta)
    }
}

/// Dialogues cut into contiguous blocks that run independently of each other.
private struct DialogueBlocks {
    private let dialogues: Int
    let count: Int

    init(count dialogues: Int, threads: Int) {
        self.dialogues = dialogues
        count = max(1, min(threads / 2, dialogues / 8))
    }

    subscript(block: Int) -> Range<Int> { dialogues * block / count..<dialogues * (block + 1) / count }
}

/// One direction over one block of dialogues.
private struct RecurrentRun {
    let layout: SequenceLayout
    let block: Range<Int>
    let isBackward: Bool
    let h: Int
    /// W_hhᵀ forward, W_hh backward.
    let weight: PackedMatrix

    /// The block's rows at a time: first row of the layout and their number.
    private func rows(at time: Int) -> (first: Int, count: Int) {
        (layout.offset[time] + block.lowerBound, max(0, min(block.upperBound, layout.active[time]) - block.lowerBound))
    }

    func forward(
        input: Tensor, inputRow: [Int32], direction: GRUDirection, saved: Tensor, output: Tensor, outputColumn: Int
    ) {
        let state = Tensor(rows: block.count, columns: h, repeating: 0)
        let recurrent = Tensor(rows: block.count, columns: 3 * h)
        for step in 0..<layout.steps {
            let (first, count) = rows(at: isBackward ? layout.steps - 1 - step : step)
            if count == 0 { continue }
            let states = state.rows(0..<count)
            let products = recurrent.rows(0..<count)
            MatrixProduct.multiplyOnThisThread(states.matrix, weight, into: products.matrix)
            Kernels.gruStep(
                state: states, recurrent: products, input: input, inputRows: inputRow, from: first,
                inputBias: direction.inputBias.value, recurrentBias: direction.recurrentBias.value,
                output: output.rows(first..<first + count).matrix(columns: outputColumn..<outputColumn + h),
                saved: saved.rows(first..<first + count))
        }
    }

    func backward(saved: Tensor, gradient: Tensor, gradientColumn: Int) {
        let state = Tensor(rows: block.count, columns: h, repeating: 0)
        let recurrent = Tensor(rows: block.count, columns: 3 * h)
        for step in 0..<layout.steps {
            let (first, count) = rows(at: isBackward ? step : layout.steps - 1 - step)
            if count == 0 { continue }
            Kernels.gruStepBackward(
                gradient.rows(first..<first + count).matrix(columns: gradientColumn..<gradientColumn + h),
                stateGradient: state.rows(0..<count), saved: saved.rows(first..<first + count),
                recurrentGradient: recurrent.rows(0..<count))
            MatrixProduct.multiplyOnThisThread(
                recurrent.rows(0..<count).matrix, weight, into: state.rows(0..<count).matrix, beta: 1)
        }
    }
}
