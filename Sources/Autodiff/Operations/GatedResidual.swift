import CKernels
import Tensors

extension Tape {
    /// x + σ(W [x ; r] + b) ⊙ r with r = c + x, for a context c of the same shape.
    ///
    /// W [x ; x + c] = (W₁ + W₂) x + W₂ c.
    ///
    /// - Parameters:
    ///   - x, context: [R, H]
    ///   - weight: W₁ beside W₂, [H, 2H]; `bias` [1, H]
    public func gatedResidual(_ x: Variable, context: Variable, weight: Variable, bias: Variable) -> Variable {
        let h = x.columns
        let merged = mergedHalves(weight.value)
        let gate = Tensor(rows: x.rows, columns: h)
        let out = Tensor(rows: x.rows, columns: h)
        MatrixProduct.multiply(x.value.matrix, merged.matrix.transposed, into: gate.matrix)
        MatrixProduct.multiply(
            context.value.matrix, weight.value.matrix(columns: h..<2 * h).transposed, into: gate.matrix, beta: 1)
        out.forEachRowRange { rows in
            let first = rows.lowerBound * h
            ck_gated_residual(
                out.pointer + first, gate.pointer + first, x.value.pointer + first, context.value.pointer + first,
                bias.value.pointer, rows.count, h)
        }
        return record(out, inputs: [x, context, weight, bias]) { gradient in
            let pre = Tensor(rows: x.rows, columns: h)
            let (xGradient, beta) = x.slot.target()
            let contextGradient = context.slot.toAddTo()
            pre.forEachRowRange { rows in
                let first = rows.lowerBound * h
                ck_gated_residual_backward(
                    pre.pointer + first, xGradient.pointer + first, beta == 0 ? 0 : 1, contextGradient.pointer + first,
                    gradient.pointer + first, gate.pointer + first, x.value.pointer + first,
                    context.value.pointer + first,
                    rows.count, h)
            }
            MatrixProduct.multiply(pre.matrix, merged.matrix, into: xGradient.matrix, beta: 1)
            MatrixProduct.multiply(
                pre.matrix, weight.value.matrix(columns: h..<2 * h), into: contextGradient.matrix, beta: 1)
            pre.addColumnSums(to: bias.slot.toAddTo())
            // d/dW₁ = preᵀ x, d/dW₂ = preᵀ (x + c).
            let product = Tensor(rows: h, columns: h)
            let target = weight.slot.toAddTo()
            MatrixProduct.multiply(pre.matrix.transposed, x.value.matrix, into: product.matrix)
            MatrixProduct.multiply(
                pre.matrix.transposed, context.value.matrix, into: target.matrix(columns: h..<2 * h), beta: 1)
            addToBothHalves(product, of: target)
        }
    }

    /// The same for a context of one number per utterance, added to all features of all its streams.
    ///
    /// W [x ; x + c1] = (W₁ + W₂) x + c W₂1: one product of half the size.
    ///
    /// - Parameters:
    ///   - x: [N·S, H]
    ///   - context: [N, 1]
    public func gatedResidual(_ x: Variable, utteranceContext context: Variable, weight: Variable, bias: Variable)
        -> Variable
    {
        let h = x.columns
        let streams = x.rows / context.rows
        let merged = mergedHalves(weight.value)
        precondition(streams * context.rows == x.rows && context.columns == 1)
        let contextWeight = Tensor(rows: 1, columns: h)
        let weights = weight.value.pointer
        let ones = Tensor(rows: 1, columns: h, repeating: 1)
        for row in 0..<h { contextWeight.pointer[row] = ck_dot(weights + row * 2 * h + h, ones.pointer, h) }
        let gate = Tensor(rows: x.rows, columns: h)
        let out = Tensor(rows: x.rows, columns: h)
        MatrixProduct.multiply(x.value.matrix, merged.matrix.transposed, into: gate.matrix)
        forEachUtteranceRange(context.rows, width: streams * h) { rows in
            let first = rows.lowerBound * streams * h
            ck_gated_residual_scalar(
                out.pointer + first, gate.pointer + first, x.value.pointer + first,
                context.value.pointer + rows.lowerBound,
                streams, contextWeight.pointer, bias.value.pointer, rows.count * streams, h)
        }
        return record(out, inputs: [x, context, weight, bias]) { gradient in
            let pre = Tensor(rows: x.rows, columns: h)
            let rowGradient = Tensor(rows: x.rows, columns: 1)
            let (xGradient, beta) = x.slot.target()
            forEachUtteranceRange(context.rows, width: streams * h) { rows in
                let first = rows.lowerBound * streams * h
                ck_gated_residual_scalar_backward(
                    pre.pointer + first, xGradient.pointer + first, beta == 0 ? 0 : 1,
                    rowGradient.pointer + rows.lowerBound * streams, gradient.pointer + first, gate.pointer + first,
                    x.value.pointer + first, context.value.pointer + rows.lowerBound, streams, contextWeight.pointer,
                    rows.count * streams, h)
            }
            let contextGradient = context.slot.toAddTo()
            for row in 0..<x.rows { contextGradient.pointer[row / streams] += rowGradient.pointer[row] }
            MatrixProduct.multiply(pre.matrix, merged.matrix, into: xGradient.matrix, beta: 1)
            pre.addColumnSums(to: bias.slot.toAddTo())
            // d/dW₁ = preᵀ x, d/dW₂ = preᵀ x + (preᵀ c) 1ᵀ.
            let product = Tensor(rows: h, columns: h)
            let target = weight.slot.toAddTo()
            MatrixProduct.multiply(pre.matrix.transposed, x.value.matrix, into: product.matrix)
            addToBothHalves(product, of: target)
            let repeated = Tensor(rows: 1, columns: x.rows)
            let projected = Tensor(rows: 1, columns: h)
            let numbers = context.value.pointer
            for row in 0..<x.rows { repeated.pointer[row] = numbers[row / streams] }
            MatrixProduct.multiply(repeated.matrix, pre.matrix, into: projected.matrix)
            for row in 0..<h {
                ck_add_scaled(target.pointer + row * 2 * h + h, ones.pointer, projected.pointer[row], h)
            }
        }
    }

    /// The mean over features of every utterance's streams, summed over the streams: [N·S, H] → [N, 1].
    public func sumOfStreamMeans(_ x: Variable, streams: Int) -> Variable {
        let n = x.rows / streams
        let width = streams * x.columns
        let scale = 1 / Float(x.columns)
        precondition(n * streams == x.rows)
        let y = Tensor(rows: n, columns: 1)
        let ones = Tensor(rows: 1, columns: width, repeating: scale)
        Compute.forEachRange(n, minimum: 64) { range in
            for row in range { y.pointer[row] = ck_dot(x.value.pointer + row * width, ones.pointer, width) }
        }
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            Compute.forEachRange(n, minimum: 64) { range in
                for row in range {
                    ck_add_scaled(target.pointer + row * width, ones.pointer, gradient.pointer[row], width)
                }
            }
        }
    }
}

private func forEachUtteranceRange(_ count: Int, width: Int, _ body: (Range<Int>) -> Void) {
    Compute.forEachRange(count, minimum: max(1, (1 << 15) / width), body)
}

/// W₁ + W₂ of [H, 2H].
private func mergedHalves(_ weight: Tensor) -> Tensor {
    let h = weight.columns / 2
    let merged = Tensor(rows: weight.rows, columns: h)
    for row in 0..<weight.rows {
        ck_add(merged.pointer + row * h, weight.pointer + row * 2 * h, weight.pointer + row * 2 * h + h, h)
    }
    return merged
}

private func addToBothHalves(_ product: Tensor, of target: Tensor) {
    let h = product.columns
    for row in 0..<product.rows {
        for half in 0..<2 { ck_add_scaled(target.pointer + row * 2 * h + half * h, product.pointer + row * h, 1, h) }
    }
}
