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
            let y = Tensor(rows: x.rows, columns: width)
            Kernels.layerNorm(
                of: x.value, weight: weight.value, bias: bias.value, epsilon: epsilon, into: y, mean: mean,
                inverse: inverse)
            return y
        }
        return record(normalized(), inputs: [x, weight, bias], remake: normalized) { gradient in
            let (target, beta) = x.requiresGradient ? x.slot.target() : (Tensor(rows: x.rows, columns: width), 0)
            Kernels.layerNormBackward(
                gradient, x: x.value, weight: weight.value, mean: mean, inverse: inverse, into: target,
                accumulating: beta != 0, toWeight: weight.slot.toAddTo(), bias: bias.slot.toAddTo())
        }
    }
}
