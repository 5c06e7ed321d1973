import Concurrency
import Tensors

/// The parameters of one direction of a DialogueRNN: three GRUs, whose states are G, P and E wide, and an attention.
public struct DialogueRNNDirection {
    /// Reads an utterance and its speaker's state: W_ih [3G, D + P].
    public let global: RecurrentDirection
    /// Reads an utterance and the context: W_ih [3P, D + G].
    public let party: RecurrentDirection
    /// Reads the speaker's new state: W_ih [3E, P].
    public let emotion: RecurrentDirection
    /// w, [1, G].
    public let attention: Variable

    /// Groups them.
    public init(
        global: RecurrentDirection, party: RecurrentDirection, emotion: RecurrentDirection, attention: Variable
    ) {
        self.global = global
        self.party = party
        self.emotion = emotion
        self.attention = attention
    }

    var all: [Variable] { global.all + party.all + emotion.all + [attention] }
}

extension Tape {
    /// A DialogueRNN (Majumder et al., AAAI 2019) over each dialogue, in both directions. At utterance t, spoken by s, with GRUs as in
    /// ``gruLayer(_:layout:inputRow:directions:)`` and all states 0 at first:
    ///
    ///     g_t = dropout(GRU_global([u_t ; q_s], g_{t−1}))
    ///     c_t = Σ_i α_i g_i with α = softmax_i(w · g_i) over the utterances i before t; 0 where there is none
    ///     q_s ← dropout(GRU_party([u_t ; c_t], q_s)); the states of the other parties stay
    ///     e_t = dropout(GRU_emotion(q_s, e_{t−1}))
    ///
    /// - Parameters:
    ///   - u: [N, D]
    ///   - layout: of the dialogues, without padding
    ///   - speakers: for each of the N utterances a number that tells the parties of its dialogue apart
    ///   - directions: forward, then backward in time
    ///   - dropout: of every state that a step makes
    /// - Returns: e, [layout.rows, 2E], the forward direction's first
    public func dialogueRNNLayer(
        _ u: Variable, layout: SequenceLayout, speakers: [Int32], directions: [DialogueRNNDirection], dropout: Float
    ) -> Variable {
        precondition(directions.count == 2 && layout.rows == u.rows && speakers.count == u.rows)
        let input = Tensor(rows: u.rows, columns: u.columns)
        Kernels.gatherRows(of: u.value.matrix, layout.source, into: input.matrix)
        let spoken = layout.source.map { speakers[Int($0)] }
        let runs = directions.enumerated().map { side, direction in
            DialogueRNNRun(
                direction, input: input, layout: layout, speakers: spoken, isBackward: side == 1,
                masks: (0..<3).map { _ in
                    maskKey(probability: dropout).map { DropoutMask(key: $0, probability: dropout) }
                })
        }
        let blocks = DialogueBlocks(count: layout.active[0], threads: Compute.threads)
        Compute.forEach(2 * blocks.count) { runs[$0 % 2].forward(blocks[$0 / 2]) }
        let h = directions[0].emotion.recurrentWeight.columns
        let y = Tensor(rows: layout.rows, columns: 2 * h)
        for (side, run) in runs.enumerated() {
            Kernels.copy(run.emotion.states.matrix, to: y.matrix(columns: side * h..<(side + 1) * h))
        }
        return record(y, inputs: [u] + directions.flatMap(\.all)) { gradient in
            runs.forEach { $0.prepareBackward() }
            Compute.forEach(2 * blocks.count) { task in
                runs[task % 2].backward(blocks[task / 2], gradient, columns: task % 2 * h..<(task % 2 + 1) * h)
            }
            let inputGradient = u.requiresGradient ? Tensor(rows: u.rows, columns: u.columns, repeating: 0) : nil
            runs.forEach { $0.accumulateGradients(to: inputGradient) }
            if let inputGradient {
                Kernels.scatterAddRows(of: inputGradient.matrix, layout.source, to: u.slot.toAddTo().matrix)
            }
        }
    }
}

/// One direction over all dialogues: what its steps keep, and what comes back.
///
/// Blocks of dialogues run on different threads; every row belongs to one of them.
private final class DialogueRNNRun: @unchecked Sendable {
    let global, party, emotion: SteppedGRU
    private let input: Tensor
    private let layout: SequenceLayout
    private let isBackward: Bool
    /// For each row the row in which its speaker spoke last before, in the direction; −1 for none.
    private let turnBefore: [Int]
    private let lengths: [Int]
    private let attention: Variable
    /// The contexts c, [rows, G].
    private let contexts: Tensor
    /// α: row, then the time that is attended to.
    private let weights: Tensor
    /// w · g of each row, and its gradient.
    private let scores, scoreGradients: Tensor
    /// What other rows ask of g and of q.
    private var globalGradients = Tensor(rows: 0, columns: 0)
    private var partyGradients = Tensor(rows: 0, columns: 0)

    init(
        _ direction: DialogueRNNDirection, input: Tensor, layout: SequenceLayout, speakers: [Int32], isBackward: Bool,
        masks: [DropoutMask?]
    ) {
        let rows = layout.rows
        global = SteppedGRU(direction.global, rows: rows, input: input, mask: masks[0])
        party = SteppedGRU(direction.party, rows: rows, input: input, mask: masks[1])
        emotion = SteppedGRU(direction.emotion, rows: rows, input: nil, mask: masks[2])
        precondition(global.beside == party.width && party.beside == global.width && emotion.beside == party.width)
        precondition(direction.attention.rows == 1 && direction.attention.columns == global.width)
        (self.input, self.layout, self.isBackward, attention) = (input, layout, isBackward, direction.attention)
        contexts = Tensor(rows: rows, columns: global.width, repeating: 0)
        weights = Tensor(rows: rows, columns: layout.steps)
        scores = Tensor(rows: rows, columns: 1)
        scoreGradients = Tensor(rows: rows, columns: 1, repeating: 0)
        lengths = (0..<layout.active[0]).map { dialogue in layout.active.count { $0 > dialogue } }
        var turnBefore = [Int](repeating: -1, count: rows)
        for (dialogue, length) in lengths.enumerated() {
            var last: [Int32: Int] = [:]
            for step in 0..<length {
                let row = layout.offset[isBackward ? length - 1 - step : step] + dialogue
                turnBefore[row] = last.updateValue(row, forKey: speakers[row]) ?? -1
            }
        }
        self.turnBefore = turnBefore
    }

    /// The rows of a block at each time, in the order of the direction or against it.
    private func steps(_ block: Range<Int>, against: Bool = false) -> [(time: Int, rows: Range<Int>)] {
        let steps = (0..<layout.steps).map { time in
            let first = layout.offset[time] + block.lowerBound
            return (time, first..<first + max(0, min(block.upperBound, layout.active[time]) - block.lowerBound))
        }.filter { !$0.1.isEmpty }
        return isBackward == against ? steps : steps.reversed()
    }

    /// The times of a dialogue before one, in the direction.
    private func times(before time: Int, in dialogue: Int) -> Range<Int> {
        isBackward ? time + 1..<lengths[dialogue] : 0..<time
    }

    func forward(_ block: Range<Int>) {
        let globalState = Tensor(rows: block.count, columns: global.width, repeating: 0)
        let emotionState = Tensor(rows: block.count, columns: emotion.width, repeating: 0)
        for (time, rows) in steps(block) {
            let turn = Tensor(rows: rows.count, columns: party.width, repeating: 0)
            for (index, row) in rows.enumerated() where turnBefore[row] >= 0 {
                Kernels.copy(
                    party.states.rows(turnBefore[row]..<turnBefore[row] + 1).matrix,
                    to: turn.rows(index..<index + 1).matrix)
            }
            global.step(rows, state: globalState.rows(0..<rows.count), beside: turn)
            for (index, row) in rows.enumerated() { attend(row, time, dialogue: block.lowerBound + index) }
            party.step(rows, state: turn, beside: contexts.rows(rows))
            emotion.step(rows, state: emotionState.rows(0..<rows.count), beside: party.states.rows(rows))
        }
    }

    /// Makes the context of a row, and the score of its own global state.
    private func attend(_ row: Int, _ time: Int, dialogue: Int) {
        scores[row, 0] = dot(attention.value, 0, global.states, row)
        let times = times(before: time, in: dialogue)
        guard !times.isEmpty else { return }
        for time in times { weights[row, time] = scores[layout.offset[time] + dialogue, 0] }
        Kernels.softmaxRows(of: weights.rows(row..<row + 1).matrix(columns: times))
        for time in times { add(weights[row, time], global.states, layout.offset[time] + dialogue, to: contexts, row) }
    }

    /// Makes room for what comes back.
    func prepareBackward() {
        globalGradients = Tensor(rows: layout.rows, columns: global.width, repeating: 0)
        partyGradients = Tensor(rows: layout.rows, columns: party.width, repeating: 0)
        for cell in [global, party, emotion] { cell.prepareBackward() }
    }

    /// - Parameter columns: Those of the direction in the gradient of the output.
    func backward(_ block: Range<Int>, _ gradient: Tensor, columns: Range<Int>) {
        let globalState = Tensor(rows: block.count, columns: global.width, repeating: 0)
        let emotionState = Tensor(rows: block.count, columns: emotion.width, repeating: 0)
        for (time, rows) in steps(block, against: true) {
            let own = partyGradients.rows(rows)
            emotion.stepBackward(
                rows, gradient.rows(rows).matrix(columns: columns), state: emotionState.rows(0..<rows.count),
                beside: own)
            let turn = Tensor(rows: rows.count, columns: party.width, repeating: 0)
            let context = Tensor(rows: rows.count, columns: global.width, repeating: 0)
            party.stepBackward(rows, own.matrix, state: turn, beside: context)
            for (index, row) in rows.enumerated() {
                attendBackward(row, time, dialogue: block.lowerBound + index, context, index)
                add(scoreGradients[row, 0], attention.value, 0, to: globalGradients, row)
            }
            global.stepBackward(
                rows, globalGradients.rows(rows).matrix, state: globalState.rows(0..<rows.count), beside: turn)
            for (index, row) in rows.enumerated() where turnBefore[row] >= 0 {
                add(1, turn, index, to: partyGradients, turnBefore[row])
            }
        }
    }

    /// The way back of ``attend(_:_:dialogue:)``, from the context's gradient in a row of `gradient`.
    private func attendBackward(_ row: Int, _ time: Int, dialogue: Int, _ gradient: Tensor, _ index: Int) {
        let times = times(before: time, in: dialogue)
        let products = times.map { dot(gradient, index, global.states, layout.offset[$0] + dialogue) }
        let mean = zip(times, products).reduce(Float(0)) { $0 + weights[row, $1.0] * $1.1 }
        for (time, product) in zip(times, products) {
            let (heard, weight) = (layout.offset[time] + dialogue, weights[row, time])
            scoreGradients[heard, 0] += weight * (product - mean)
            add(weight, gradient, index, to: globalGradients, heard)
        }
    }

    /// With everything come back, the gradients of the parameters; those of the utterances, in the layout's rows, are added to
    /// `inputGradient`.
    func accumulateGradients(to inputGradient: Tensor?) {
        global.accumulateGradients(input: input, beside: party.statesBefore, inputGradient: inputGradient)
        party.accumulateGradients(input: input, beside: contexts.matrix, inputGradient: inputGradient)
        emotion.accumulateGradients(input: nil, beside: party.states.matrix, inputGradient: nil)
        MatrixProduct.multiply(
            scoreGradients.matrix.transposed, global.states.matrix, into: attention.slot.toAddTo().matrix, beta: 1)
    }
}

/// The sum of the products of a row's numbers with another's.
private func dot(_ a: Tensor, _ rowOfA: Int, _ b: Tensor, _ rowOfB: Int) -> Float {
    let (x, y) = (a.rows(rowOfA..<rowOfA + 1).values, b.rows(rowOfB..<rowOfB + 1).values)
    var sum: Float = 0
    for index in 0..<x.count { sum += x[index] * y[index] }
    return sum
}

/// y += factor · x, of one row each.
private func add(_ factor: Float, _ x: Tensor, _ rowOfX: Int, to y: Tensor, _ rowOfY: Int) {
    y.rows(rowOfY..<rowOfY + 1).add(x.rows(rowOfX..<rowOfX + 1), scale: factor)
}
