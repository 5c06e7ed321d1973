import Autodiff
import Tensors

/// Layer norm over the last dimension: [R, C] → [R, C].
public struct LayerNorm {
    private let weight: Parameter
    private let bias: Parameter

    /// Declares "weight" (1) and "bias" (0).
    public init(_ p: ParameterScope, width: Int) {
        weight = p.declare("weight", [width], .constant(1))
        bias = p.declare("bias", [width], .constant(0))
    }

    /// Normalises every row.
    public func callAsFunction(_ x: Variable, on tape: Tape) -> Variable {
        tape.layerNorm(x, weight: weight.variable, bias: bias.variable)
    }
}

/// Batch norm of features over the rows of a minibatch.
public struct BatchNorm {
    private let scaling: (weight: Parameter, bias: Parameter)?
    private let width: Int
    private let mean: Parameter
    private let variance: Parameter
    private let batches: Parameter

    /// Declares "weight" (1), "bias" (0) and PyTorch's buffers.
    ///
    /// - Parameter affine: whether there are weight and bias; without them the result has mean 0 and deviation 1
    public init(_ p: ParameterScope, width: Int, affine: Bool = true) {
        self.width = width
        scaling =
            affine ? (p.declare("weight", [width], .constant(1)), p.declare("bias", [width], .constant(0))) : nil
        mean = p.declareBuffer("running_mean", [width], 0)
        variance = p.declareBuffer("running_var", [width], 1)
        batches = p.declareBuffer("num_batches_tracked", [], 0)
    }

    /// Normalises data [N, D]. Where `paddingRows` rows of zeros take part, their common result is appended as one row.
    public func callAsFunction(_ x: Variable, paddingRows: Int, on tape: Tape) -> Variable {
        tape.batchNorm(
            x, weight: scaling?.weight.variable ?? .constant(Tensor(rows: 1, columns: width, repeating: 1)),
            bias: scaling?.bias.variable ?? .constant(Tensor(rows: 1, columns: width, repeating: 0)),
            statistics: RunningStatistics(mean: mean.value, variance: variance.value, batches: batches.value),
            paddingRows: paddingRows)
    }
}
