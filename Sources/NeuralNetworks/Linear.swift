import Autodiff

/// y = x Wᵀ + b: [R, in] → [R, out].
public struct Linear {
    /// [out, in]
    public let weight: Parameter
    /// [out]
    public let bias: Parameter

    /// Declares "weight" and "bias", both U(±1/√in) as in PyTorch.
    public init(_ p: ParameterScope, inputs: Int, outputs: Int) {
        weight = p.declare("weight", [outputs, inputs], .fanIn(inputs))
        bias = p.declare("bias", [outputs], .fanIn(inputs))
    }

    /// Applies the layer; with `relu`, max(0, ·) over it.
    public func callAsFunction(_ x: Variable, on tape: Tape, relu: Bool = false) -> Variable {
        tape.linear(x, weight: weight.variable, bias: bias.variable, relu: relu)
    }
}
