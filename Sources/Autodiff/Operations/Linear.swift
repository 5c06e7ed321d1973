import Tensors

extension Tape {
    /// y = x Wᵀ + b, with max(0, ·) over it where `relu` is set.
    ///
    /// - Parameters:
    ///   - x: [R, in]
    ///   - weight: [out, in], as PyTorch keeps it
    ///   - bias: [1, out] or nil
    /// - Returns: [R, out]
    public func linear(_ x: Variable, weight: Variable, bias: Variable? = nil, relu: Bool = false) -> Variable {
        let y = Tensor(rows: x.rows, columns: weight.rows)
        MatrixProduct.multiply(x.value.matrix, weight.value.matrix.transposed, into: y.matrix)
        if bias != nil || relu { Kernels.addBias(bias?.value, relu: relu, to: y) }
        let masking = relu ? y : nil
        return record(y, inputs: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
            if let masking { Kernels.maskReLU(gradient, output: masking) }
            if weight.requiresGradient {
                let (target, beta) = weight.slot.target()
                MatrixProduct.multiply(gradient.matrix.transposed, x.value.matrix, into: target.matrix, beta: beta)
            }
            if let bias, bias.requiresGradient {
                Kernels.addColumnSums(of: gradient.matrix, to: bias.slot.toAddTo().matrix)
            }
            if x.requiresGradient {
                let (target, beta) = x.slot.target()
                MatrixProduct.multiply(gradient.matrix, weight.value.matrix, into: target.matrix, beta: beta)
            }
        }
    }
}
