import Autodiff

/// One transformer encoder layer in its pre-norm form, one head, exact GELU, inside every dialogue: [N, H] → [N, H].
///
/// x += dropout(W_o attention(LN₁ x)), then x += dropout(W₂ dropout(gelu(W₁ LN₂ x))), as PyTorch's TransformerEncoderLayer with
/// norm_first.
public struct TransformerEncoderLayer {
    private let norm1: LayerNorm
    private let norm2: LayerNorm
    private let inputProjection: (weight: Parameter, bias: Parameter)
    private let outputProjection: (weight: Parameter, bias: Parameter)
    private let linear1: Linear
    private let linear2: Linear

    /// Declares PyTorch's names and initialises as it does: the input projection Xavier-uniform, attention biases 0.
    public init(_ p: ParameterScope, hidden: Int, feedForward: Int) {
        let attention = p.scope("self_attn")
        let out = attention.scope("out_proj")
        inputProjection = (
            attention.declare("in_proj_weight", [3 * hidden, hidden], .xavier(inputs: hidden, outputs: 3 * hidden)),
            attention.declare("in_proj_bias", [3 * hidden], .constant(0))
        )
        outputProjection = (
            out.declare("weight", [hidden, hidden], .fanIn(hidden)), out.declare("bias", [hidden], .constant(0))
        )
        linear1 = Linear(p.scope("linear1"), inputs: hidden, outputs: feedForward)
        linear2 = Linear(p.scope("linear2"), inputs: feedForward, outputs: hidden)
        norm1 = LayerNorm(p.scope("norm1"), width: hidden)
        norm2 = LayerNorm(p.scope("norm2"), width: hidden)
    }

    /// Encodes dialogues that lie end to end in x.
    public func callAsFunction(_ x: Variable, lengths: [Int], dropout: Float, on tape: Tape) -> Variable {
        let projected = tape.linear(
            norm1(x, on: tape), weight: inputProjection.weight.variable, bias: inputProjection.bias.variable)
        let attended = tape.linear(
            tape.selfAttention(projected, lengths: lengths, dropout: dropout), weight: outputProjection.weight.variable,
            bias: outputProjection.bias.variable)
        let middle = tape.addDropout(x, attended, probability: dropout)
        let expanded = tape.dropout(tape.gelu(linear1(norm2(middle, on: tape), on: tape)), probability: dropout)
        return tape.addDropout(middle, linear2(expanded, on: tape), probability: dropout)
    }
}
