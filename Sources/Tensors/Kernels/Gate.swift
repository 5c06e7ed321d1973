import CKernels

/// Kernels of the gated residual x + σ(pre + b) ⊙ (x + context).
extension Kernels {
    /// All [R, H], bias [1, H]; `gate` holds W [x ; x + c] and becomes the sigmoid.
    public static func gatedResidual(_ x: Tensor, context: Tensor, bias: Tensor, gate: Tensor, into out: Tensor) {
        for other in [context, gate, out] { check(other, x) }
        precondition(bias.count == x.columns)
        forEachRowRange(x.rows, columns: x.columns) {
            kernels.gated_residual(
                out.rows($0).matrix.view, gate.rows($0).matrix.view, x.rows($0).matrix.view,
                context.rows($0).matrix.view, bias.pointer)
        }
    }

    /// The way back: writes the gradient of the gate's argument, writes x's gradient or adds to it where `accumulating`, and adds
    /// the context's.
    public static func gatedResidualBackward(
        _ gradient: Tensor, x: Tensor, context: Tensor, gate: Tensor, into argument: Tensor, x xGradient: Tensor,
        accumulating: Bool, context contextGradient: Tensor
    ) {
        for other in [gradient, context, gate, argument, xGradient, contextGradient] { check(other, x) }
        forEachRowRange(x.rows, columns: x.columns) {
            kernels.gated_residual_backward(
                argument.rows($0).matrix.view, xGradient.rows($0).matrix.view, accumulating ? 1 : 0,
                contextGradient.rows($0).matrix.view, gradient.rows($0).matrix.view, gate.rows($0).matrix.view,
                x.rows($0).matrix.view, context.rows($0).matrix.view)
        }
    }

    /// The same for a context of one number per group of rows: x [N·S, H], context [N, 1]; the gate's argument gets the number
    /// times `contextWeight` [1, H].
    public static func gatedResidual(
        _ x: Tensor, groupContext context: Tensor, contextWeight: Tensor, bias: Tensor, gate: Tensor, into out: Tensor
    ) {
        for other in [gate, out] { check(other, x) }
        precondition(bias.count == x.columns && contextWeight.count == x.columns)
        forEachGroupRange(x, context) { rows, groups in
            kernels.gated_residual_scalar(
                out.rows(rows).matrix.view, gate.rows(rows).matrix.view, x.rows(rows).matrix.view,
                view(context, groups, of: x, contextWeight), bias.pointer)
        }
    }

    /// The way back; `contextGradient` [N·S, 1] gets what every row asks of its context.
    public static func gatedResidualBackward(
        _ gradient: Tensor, x: Tensor, groupContext context: Tensor, contextWeight: Tensor, gate: Tensor,
        into argument: Tensor, x xGradient: Tensor, accumulating: Bool, context contextGradient: Tensor
    ) {
        for other in [gradient, gate, argument, xGradient] { check(other, x) }
        precondition(contextGradient.count == x.rows && contextWeight.count == x.columns)
        forEachGroupRange(x, context) { rows, groups in
            kernels.gated_residual_scalar_backward(
                argument.rows(rows).matrix.view, xGradient.rows(rows).matrix.view, accumulating ? 1 : 0,
                contextGradient.pointer + rows.lowerBound, gradient.rows(rows).matrix.view,
                gate.rows(rows).matrix.view, x.rows(rows).matrix.view, view(context, groups, of: x, contextWeight))
        }
    }

    private static func view(_ context: Tensor, _ groups: Range<Int>, of x: Tensor, _ weight: Tensor) -> ck_row_context
    {
        ck_row_context(
            values: context.pointer + groups.lowerBound, weight: weight.pointer, group: x.rows / context.rows)
    }

    /// Splits x's rows over the threads so that a group stays whole.
    private static func forEachGroupRange(
        _ x: Tensor, _ context: Tensor, _ body: (_ rows: Range<Int>, _ groups: Range<Int>) -> Void
    ) {
        guard context.rows > 0 else { return }
        let size = x.rows / context.rows
        precondition(size * context.rows == x.rows && context.columns == 1)
        forEachRowRange(context.rows, columns: size * x.columns) { groups in
            body(groups.lowerBound * size..<groups.upperBound * size, groups)
        }
    }
}
