import CKernels
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
        if bias != nil || relu {
            y.forEachRowRange { rows in
                ck_bias_activation(y.pointer + rows.lowerBound * y.columns, rows.count, y.columns, bias?.value.pointer, relu ? 1 : 0)
            }
        }
        return record(y, inputs: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
            if relu {
                Compute.forEachRange(y.count, minimum: 1 << 15) { range in
                    ck_relu_mask(gradient.pointer + range.lowerBound, y.pointer + range.lowerBound, range.count)
                }
            }
            if weight.requiresGradient {
                let (target, beta) = weight.gradientTarget()
                MatrixProduct.multiply(gradient.matrix.transposed, x.value.matrix, into: target.matrix, beta: beta)
            }
            if let bias, bias.requiresGradient { gradient.addColumnSums(to: bias.gradientToAddTo()) }
            if x.requiresGradient {
                let (target, beta) = x.gradientTarget()
                MatrixProduct.multiply(gradient.matrix, weight.value.matrix, into: target.matrix, beta: beta)
            }
        }
    }
}
