import Autodiff
import NeuralNetworks

/// Gated global context (GAI) on every stream.
///
/// Released: the context is one number per utterance, the streams' enhanced features averaged over features and summed over
/// streams. Corrected: every stream is encoded over time by a transformer layer of its own, then attends to the means over
/// time of its dialogue's streams.
struct GlobalAttentionInteraction {
    private let expand: Linear
    private let shrink: Linear
    private let norm: LayerNorm
    private let gate: Linear
    private let temporal: [TransformerEncoderLayer]
    private let configuration: VUEMOConfiguration

    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration) {
        self.configuration = configuration
        let h = configuration.hiddenSize
        expand = Linear(p.scope("expand"), inputs: h, outputs: 2 * h)
        shrink = Linear(p.scope("shrink"), inputs: 2 * h, outputs: h)
        norm = LayerNorm(p.scope("norm"), width: h)
        gate = Linear(p.scope("gate"), inputs: 2 * h, outputs: h)
        let names = configuration.modalities.members.map { String($0.letter) } + (configuration.vue ? ["g"] : [])
        temporal =
            configuration.variant == .released
            ? []
            : names.map { TransformerEncoderLayer(p.scope("temporal").scope($0), hidden: h, feedForward: 2 * h) }
    }

    /// S streams [N, H] → [N·S, H], the streams of an utterance next to each other.
    func callAsFunction(_ streams: [Variable], lengths: [Int], on tape: Tape) -> Variable {
        let n = streams[0].rows
        let count = streams.count
        let encoded =
            temporal.isEmpty
            ? streams
            : zip(streams, temporal).map {
                $1($0, lengths: lengths, dropout: configuration.transformerDropout, on: tape)
            }
        let x = tape.reshape(tape.stackStreams(encoded), rows: n * count, columns: configuration.hiddenSize)
        let enhanced = norm(shrink(expand(x, on: tape, relu: true), on: tape), on: tape)
        switch configuration.variant {
        case .released:
            return tape.gatedResidual(
                x, utteranceContext: tape.sumOfStreamMeans(enhanced, streams: count), weight: gate.weight.variable,
                bias: gate.bias.variable)
        case .corrected:
            return tape.gatedResidual(
                x, context: tape.pooledAttention(enhanced, streams: count, lengths: lengths),
                weight: gate.weight.variable,
                bias: gate.bias.variable)
        }
    }
}
