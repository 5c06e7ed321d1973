import CKernels

/// The hypergraph layers of one dialogue of n utterances and S streams, as numbers.
public struct HypergraphLayers: Sendable {
    /// What stream t of an utterance gives to stream k, [n, S·S].
    let mix: Tensor
    /// What a stream's sum over utterances gives to its nodes, [n, S].
    let scale: Tensor
    /// One row for each layer, [L, H].
    let biases: Tensor
    /// Whether x is added to what comes out of the last layer.
    let residual: Bool

    /// Groups the numbers. A layer is leakyReLU_0.01(mix x + scale · Σ x + bias).
    public init(mix: Tensor, scale: Tensor, biases: Tensor, residual: Bool) {
        precondition(mix.rows == scale.rows && mix.columns == scale.columns * scale.columns)
        self.mix = mix
        self.scale = scale
        self.biases = biases
        self.residual = residual
    }

    fileprivate var view: ck_hypergraph_layers {
        ck_hypergraph_layers(
            mix: mix.pointer, scale: scale.pointer, biases: biases.matrix.view, streams: scale.columns,
            residual: residual ? 1 : 0)
    }

    fileprivate func workspace(isBackward: Bool) -> Tensor {
        let count = kernels.hypergraph_workspace(biases.rows, scale.rows, scale.columns, isBackward ? 1 : 0)
        return Tensor(rows: 1, columns: count)
    }

    fileprivate func check(_ x: Tensor, _ columns: Range<Int>) {
        precondition(x.rows == scale.rows && x.columns == scale.columns * biases.columns)
        precondition(columns.lowerBound >= 0 && columns.upperBound <= biases.columns)
    }
}

extension Kernels {
    /// out = all layers of x, plus x where that is asked for, in some columns of every stream; [n, S·H]. On this thread.
    public static func hypergraph(_ x: Tensor, _ layers: HypergraphLayers, columns: Range<Int>, into out: Tensor) {
        check(out, x)
        layers.check(x, columns)
        let workspace = layers.workspace(isBackward: false)
        kernels.hypergraph(
            out.matrix.view, x.matrix.view, layers.view, columns.lowerBound, columns.count, workspace.pointer)
    }

    /// The way back, in some columns of every stream: writes x's gradient and the biases' [L·H] there, and those of `mix` and
    /// `scale`, summed over these columns and all layers. On this thread.
    public static func hypergraphBackward(
        _ gradient: Tensor, x: Tensor, _ layers: HypergraphLayers, columns: Range<Int>, into xGradient: Tensor,
        mix: Tensor, scale: Tensor, biases: Tensor
    ) {
        check(gradient, x)
        check(xGradient, x)
        check(mix, layers.mix)
        check(scale, layers.scale)
        precondition(biases.count == layers.biases.count)
        layers.check(x, columns)
        let workspace = layers.workspace(isBackward: true)
        let gradients = ck_hypergraph_gradients(mix: mix.pointer, scale: scale.pointer, biases: biases.pointer)
        kernels.hypergraph_backward(
            xGradient.matrix.view, gradients, gradient.matrix.view, x.matrix.view, layers.view, columns.lowerBound,
            columns.count, workspace.pointer)
    }
}
