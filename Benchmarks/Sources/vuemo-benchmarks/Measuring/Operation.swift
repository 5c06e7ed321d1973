import Autodiff
import Tensors

/// One operation of the engine at one size.
struct Operation {
    /// The operation and its size.
    let name: String
    /// What the forward pass needs.
    let forward: Cost
    /// What the backward pass needs; nil where there is none.
    let backward: Cost?
    /// Makes the inputs once; the result computes one pass.
    let prepare: () -> (Tape) -> Variable

    init(_ name: String, forward: Cost, backward: Cost?, prepare: @escaping () -> (Tape) -> Variable) {
        self.name = name
        self.forward = forward
        self.backward = backward
        self.prepare = prepare
    }

    /// Measures both passes.
    func measure(repetitions: Int, machine: Machine) -> [Line] {
        let pass = prepare()
        var forwards: [Double] = []
        var backwards: [Double] = []
        var upstream: Tensor?
        // The first two passes fill the pool of buffers.
        for repetition in -2..<repetitions {
            let tape = Tape(mode: .training(seed: 1, step: UInt64(repetition + 2)), recording: backward != nil)
            var output: Variable?
            let forwardSeconds = Stopwatch.seconds { output = pass(tape) }
            guard let output else { continue }
            if repetition >= 0 { forwards.append(forwardSeconds) }
            guard backward != nil else { continue }
            let pristine = upstream ?? .random(output.rows, output.columns, seed: 99, scale: 1e-3)
            upstream = pristine
            // A copy, because operations may work in the memory of the gradient they are given.
            let gradient = pristine.copy()
            let backwardSeconds = Stopwatch.seconds { tape.backward(from: output, gradient: gradient) }
            if repetition >= 0 { backwards.append(backwardSeconds) }
        }
        var lines = [
            Line(name + (backward == nil ? "" : ", forward"), seconds: forwards, cost: forward, machine: machine)
        ]
        if let backward {
            lines.append(Line(name + ", backward", seconds: backwards, cost: backward, machine: machine))
        }
        return lines
    }
}
