import Autodiff
import NeuralNetworks

/// A local graph over the real modalities; gives one virtual unified emotion (VUE) node per utterance.
struct VirtualUnifiedEmotion {
    private let project: Linear
    private let gates: [Linear]
    private let fuse: Linear
    private let hidden: Int
    private let modalities: Int

    init(_ p: ParameterScope, hidden: Int, modalities: Int, layers: Int) {
        self.hidden = hidden
        self.modalities = modalities
        project = Linear(p.scope("project"), inputs: hidden, outputs: hidden)
        gates = (0..<layers).map { Linear(p.scope("gates").scope($0), inputs: 2 * hidden, outputs: 1) }
        fuse = Linear(p.scope("fuse"), inputs: hidden * modalities, outputs: hidden)
    }

    /// M streams [N, H] → g [N, H]: x¹ = project(x), y = x¹ + Σ convolutions, g = fuse(x¹ + y).
    func callAsFunction(_ streams: [Variable], lengths: [Int], on tape: Tape) -> Variable {
        let n = streams[0].rows
        let stacked = tape.reshape(tape.stackStreams(streams), rows: n * modalities, columns: hidden)
        let x1 = tape.reshape(project(stacked, on: tape), rows: n, columns: modalities * hidden)
        let y = gates.reduce(x1) { y, gate in
            tape.emotionConvolution(y, gate: gate.weight.variable, bias: gate.bias.variable, lengths: lengths)
        }
        return fuse(tape.sum([x1, y]), on: tape)
    }
}
