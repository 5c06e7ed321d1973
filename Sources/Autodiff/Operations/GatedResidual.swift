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
        Kernels.gatedResidual(x.value, context: context.value, bias: bias.value, gate: gate, into: out)
        return record(out, inputs: [x, context, weight, bias]) { gradient in
            let pre = Tensor(rows: x.rows, columns: h)
            let (xGradient, beta) = x.slot.target()
            let contextGradient = context.slot.toAddTo()
            Kernels.gatedResidualBackward(
                gradient, x: x.value, context: context.value, gate: gate, into: pre, x: xGradient,
                accumulating: beta != 0, context: contextGradient)
            MatrixProduct.multiply(pre.matrix, merged.matrix, into: xGradient.matrix, beta: 1)
            MatrixProduct.multiply(
                pre.matrix, weight.value.matrix(columns: h..<2 * h), into: contextGradient.matrix, beta: 1)
            Kernels.addColumnSums(of: pre.matrix, to: bias.slot.toAddTo().matrix)
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
        let ones = Tensor(rows: 1, columns: h, repeating: 1)
        Kernels.dotProducts(
            of: weight.value.matrix(columns: h..<2 * h), with: ones.matrix,
            into: contextWeight.reshaped(rows: h, columns: 1).matrix)
        let gate = Tensor(rows: x.rows, columns: h)
        let out = Tensor(rows: x.rows, columns: h)
        MatrixProduct.multiply(x.value.matrix, merged.matrix.transposed, into: gate.matrix)
        Kernels.gatedResidual(
            x.value, groupContext: context.value, contextWeight: contextWeight, bias: bias.value, gate: gate, into: out)
        return record(out, inputs: [x, context, weight, bias]) { gradient in
            let pre = Tensor(rows: x.rows, columns: h)
            let rowGradient = Tensor(rows: x.rows, columns: 1)
            let (xGradient, beta) = x.slot.target()
            Kernels.gatedResidualBackward(
                gradient, x: x.value, groupContext: context.value, contextWeight: contextWeight, gate: gate, into: pre,
                x: xGradient, accumulating: beta != 0, context: rowGradient)
            let contextGradient = context.slot.toAddTo()
            for row in 0..<x.rows { contextGradient.values[row / streams] += rowGradient.values[row] }
            MatrixProduct.multiply(pre.matrix, merged.matrix, into: xGradient.matrix, beta: 1)
            Kernels.addColumnSums(of: pre.matrix, to: bias.slot.toAddTo().matrix)
            // d/dW₁ = preᵀ x, d/dW₂ = preᵀ x + (preᵀ c) 1ᵀ.
            let product = Tensor(rows: h, columns: h)
            let target = weight.slot.toAddTo()
            MatrixProduct.multiply(pre.matrix.transposed, x.value.matrix, into: product.matrix)
            addToBothHalves(product, of: target)
            let repeated = Tensor(rows: 1, columns: x.rows)
            let projected = Tensor(rows: 1, columns: h)
            let numbers = context.value.values
            for row in 0..<x.rows { repeated.values[row] = numbers[row / streams] }
            MatrixProduct.multiply(repeated.matrix, pre.matrix, into: projected.matrix)
            Kernels.addScaledRows(
                ones.matrix, factors: projected.reshaped(rows: h, columns: 1).matrix,
                to: target.matrix(columns: h..<2 * h))
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
        Kernels.dotProducts(of: x.value.reshaped(rows: n, columns: width).matrix, with: ones.matrix, into: y.matrix)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            Kernels.addScaledRows(
                ones.matrix, factors: gradient.matrix,
                to: slot.toAddTo().reshaped(rows: n, columns: width).matrix)
        }
    }
}

/// W₁ + W₂ of [H, 2H].
private func mergedHalves(_ weight: Tensor) -> Tensor {
    let h = weight.columns / 2
    let merged = Tensor(rows: weight.rows, columns: h)
    Kernels.add(weight.matrix(columns: 0..<h), weight.matrix(columns: h..<2 * h), into: merged.matrix)
    return merged
}

private func addToBothHalves(_ product: Tensor, of target: Tensor) {
    let h = product.columns
    for half in 0..<2 { Kernels.add(product.matrix, to: target.matrix(columns: half * h..<(half + 1) * h)) }
}
