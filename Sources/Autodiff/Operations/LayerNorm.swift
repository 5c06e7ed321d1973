import CKernels
import Tensors

extension Tape {
    /// Layer normalisation of every row (Ba, Kiros and Hinton, 2016): (x − mean) / √(variance + ε) · γ + β.
    ///
    /// - Parameters:
    ///   - x: [R, C]
    ///   - weight, bias: γ and β, [1, C]
    public func layerNorm(_ x: Variable, weight: Variable, bias: Variable, epsilon: Float = 1e-5) -> Variable {
        let width = x.columns
        let mean = Tensor(rows: 1, columns: x.rows)
        let inverse = Tensor(rows: 1, columns: x.rows)
        func normalized() -> Tensor {
            let x = x.value
            let y = Tensor(rows: x.rows, columns: width)
            x.forEachRowRange { rows in
                let first = rows.lowerBound * width
                ck_layer_norm(
                    y.pointer + first, mean.pointer + rows.lowerBound, inverse.pointer + rows.lowerBound,
                    x.pointer + first,
                    rows.count, width, weight.value.pointer, bias.value.pointer, epsilon)
            }
            return y
        }
        return record(normalized(), inputs: [x, weight, bias], remake: normalized) { gradient in
            let (target, beta) = x.requiresGradient ? x.slot.target() : (Tensor(rows: x.rows, columns: width), 0)
            // A fixed number of row blocks with sums of their own, added in order: the same result for any thread count.
            let blocks = 8
            let partial = Tensor(rows: 2 * blocks, columns: width, repeating: 0)
            Compute.forEach(blocks) { block in
                let rows = x.rows * block / blocks..<x.rows * (block + 1) / blocks
                let first = rows.lowerBound * width
                ck_layer_norm_backward(
                    target.pointer + first, beta == 0 ? 0 : 1, partial.pointer + 2 * block * width,
                    partial.pointer + (2 * block + 1) * width, gradient.pointer + first, x.value.pointer + first,
                    mean.pointer + rows.lowerBound, inverse.pointer + rows.lowerBound, weight.value.pointer, rows.count,
                    width)
            }
            let weightGradient = weight.slot.toAddTo()
            let biasGradient = bias.slot.toAddTo()
            ck_accumulate_column_sums(weightGradient.pointer, partial.pointer, blocks, width, 2 * width)
            ck_accumulate_column_sums(biasGradient.pointer, partial.pointer + width, blocks, width, 2 * width)
        }
    }
}
