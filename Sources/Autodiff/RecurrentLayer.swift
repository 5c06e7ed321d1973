import Concurrency
import Tensors

/// The parameters of one direction of one recurrent layer, as PyTorch keeps them: the gates of a GRU in the order reset, update,
/// new (G = 3), those of an LSTM input, forget, cell, output (G = 4).
public struct RecurrentDirection {
    /// W_ih, [G·h, in].
    public let inputWeight: Variable
    /// W_hh, [G·h, h].
    public let recurrentWeight: Variable
    /// b_ih, [1, G·h].
    public let inputBias: Variable
    /// b_hh, [1, G·h].
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

/// What distinguishes a recurrent layer from another. Columns of what a step saves are counted in blocks of h.
protocol RecurrentCell {
    /// G, the gates with a product of their own.
    static var gates: Int { get }
    /// What is carried from step to step: the state that the layer shows first.
    static var carried: Int { get }
    /// Blocks that a step saves. The gates' gradients on the side of the input are left in the first G of them.
    static var saved: Int { get }
    /// The block of the state before the step.
    static var previousState: Int { get }
    /// Where the gates' gradients on the side of the state are left, and the rows of W_hh that they belong to.
    static var recurrentSide: [(saved: Range<Int>, weight: Range<Int>)] { get }

    /// One step: replaces what is carried, and fills `output` and `saved`.
    static func step(
        carried: [Tensor], recurrent: Tensor, input: Tensor, inputRow: [Int32], from first: Int,
        direction: RecurrentDirection, output: Matrix, saved: Tensor)

    /// Its way back, but for what comes through W_hh. `scratch` is [R, G·h].
    /// - Returns: The gates' gradients on the side of the state, [R, G·h].
    static func stepBackward(_ gradient: Matrix, carried: [Tensor], saved: Tensor, scratch: Tensor) -> Matrix
}

extension Tape {
    /// A bidirectional recurrent layer. Products with the input run over all rows at once; only W_hh h runs step by step. The two
    /// directions, and blocks of dialogues where there are more threads, run on different threads.
    ///
    /// - Parameter operation: As in `record`.
    /// - Returns: [layout.rows, 2h], the forward direction's state first
    func recurrentLayer<Cell: RecurrentCell>(
        _ cell: Cell.Type, _ x: Variable, layout: SequenceLayout, inputRow: [Int32]?, directions: [RecurrentDirection],
        operation: String = #function
    ) -> Variable {
        precondition(directions.count == 2)
        let h = directions[0].recurrentWeight.columns
        let index = inputRow ?? (0..<Int32(layout.rows)).map { $0 }
        precondition(index.count == layout.rows)
        let y = Tensor(rows: layout.rows, columns: 2 * h)
        let projected = directions.map { direction in
            let product = Tensor(rows: x.rows, columns: Cell.gates * h)
            MatrixProduct.multiply(x.value.matrix, direction.inputWeight.value.matrix.transposed, into: product.matrix)
            return product
        }
        let saved = directions.map { _ in Tensor(rows: layout.rows, columns: Cell.saved * h) }
        let blocks = DialogueBlocks(count: layout.active[0], threads: Compute.threads)
        let weights = directions.map { PackedMatrix($0.recurrentWeight.value.matrix.transposed) }
        Compute.forEach(2 * blocks.count) { task in
            let side = task % 2
            let run = RecurrentRun<Cell>(
                layout: layout, block: blocks[task / 2], isBackward: side == 1, h: h, weight: weights[side])
            run.forward(
                input: projected[side], inputRow: index, direction: directions[side], saved: saved[side], output: y,
                outputColumn: side * h)
        }
        return record(y, inputs: [x] + directions.flatMap(\.all), operation: operation) { gradient in
            let weights = directions.map { PackedMatrix($0.recurrentWeight.value.matrix) }
            Compute.forEach(2 * blocks.count) { task in
                let side = task % 2
                let run = RecurrentRun<Cell>(
                    layout: layout, block: blocks[task / 2], isBackward: side == 1, h: h, weight: weights[side])
                run.backward(saved: saved[side], gradient: gradient, gradientColumn: side * h)
            }
            for (direction, saved) in zip(directions, saved) {
                accumulateGradients(cell, x: x, inputRow: inputRow, direction: direction, saved: saved, h: h)
            }
        }
    }
}

/// With the gates' gradients and the previous state in `saved`, the products over all rows.
private func accumulateGradients<Cell: RecurrentCell>(
    _: Cell.Type, x: Variable, inputRow: [Int32]?, direction: RecurrentDirection, saved: Tensor, h: Int
) {
    func blocks(_ range: Range<Int>) -> Range<Int> { range.lowerBound * h..<range.upperBound * h }
    let recurrent = direction.recurrentWeight.slot.toAddTo()
    let recurrentBias = direction.recurrentBias.slot.toAddTo()
    let previous = saved.matrix(columns: blocks(Cell.previousState..<Cell.previousState + 1))
    for part in Cell.recurrentSide {
        let gates = saved.matrix(columns: blocks(part.saved))
        MatrixProduct.multiply(
            gates.transposed, previous, into: recurrent.rows(blocks(part.weight)).matrix, beta: 1)
        Kernels.addColumnSums(of: gates, to: recurrentBias.matrix(columns: blocks(part.weight)))
    }

    var gates = saved.matrix(columns: 0..<Cell.gates * h)
    Kernels.addColumnSums(of: gates, to: direction.inputBias.slot.toAddTo().matrix)
    if let inputRow {
        // Rows that read the same input (all padding reads one) have one sum, so the products run over x's rows.
        let sums = Tensor(rows: x.rows, columns: Cell.gates * h, repeating: 0)
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
struct DialogueBlocks {
    private let dialogues: Int
    let count: Int

    init(count dialogues: Int, threads: Int) {
        self.dialogues = dialogues
        count = max(1, min(threads / 2, dialogues / 8))
    }

    subscript(block: Int) -> Range<Int> { dialogues * block / count..<dialogues * (block + 1) / count }
}

/// One direction over one block of dialogues.
private struct RecurrentRun<Cell: RecurrentCell> {
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

    private func carriedZeros() -> [Tensor] {
        (0..<Cell.carried).map { _ in Tensor(rows: block.count, columns: h, repeating: 0) }
    }

    func forward(
        input: Tensor, inputRow: [Int32], direction: RecurrentDirection, saved: Tensor, output: Tensor,
        outputColumn: Int
    ) {
        let carried = carriedZeros()
        let recurrent = Tensor(rows: block.count, columns: Cell.gates * h)
        for step in 0..<layout.steps {
            let (first, count) = rows(at: isBackward ? layout.steps - 1 - step : step)
            if count == 0 { continue }
            let running = carried.map { $0.rows(0..<count) }
            let products = recurrent.rows(0..<count)
            MatrixProduct.multiplyOnThisThread(running[0].matrix, weight, into: products.matrix)
            Cell.step(
                carried: running, recurrent: products, input: input, inputRow: inputRow, from: first,
                direction: direction,
                output: output.rows(first..<first + count).matrix(columns: outputColumn..<outputColumn + h),
                saved: saved.rows(first..<first + count))
        }
    }

    func backward(saved: Tensor, gradient: Tensor, gradientColumn: Int) {
        let carried = carriedZeros()
        let scratch = Tensor(rows: block.count, columns: Cell.gates * h)
        for step in 0..<layout.steps {
            let (first, count) = rows(at: isBackward ? step : layout.steps - 1 - step)
            if count == 0 { continue }
            let running = carried.map { $0.rows(0..<count) }
            let gates = Cell.stepBackward(
                gradient.rows(first..<first + count).matrix(columns: gradientColumn..<gradientColumn + h),
                carried: running, saved: saved.rows(first..<first + count), scratch: scratch.rows(0..<count))
            MatrixProduct.multiplyOnThisThread(gates, weight, into: running[0].matrix, beta: 1)
        }
    }
}
