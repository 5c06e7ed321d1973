import Foundation
import Tensors

/// What batch norm remembers between batches: PyTorch's running statistics.
public struct RunningStatistics {
    /// Running mean, [1, D].
    public let mean: Tensor
    /// Running variance (unbiased), [1, D].
    public let variance: Tensor
    /// Number of batches seen, [1, 1].
    public let batches: Tensor

    /// Statistics over existing memory.
    public init(mean: Tensor, variance: Tensor, batches: Tensor) {
        self.mean = mean
        self.variance = variance
        self.batches = batches
    }
}

extension Tape {
    /// Batch normalisation of features over rows (Ioffe and Szegedy, 2015): y = (x − mean) / √(variance + ε) · γ + β.
    ///
    /// - Parameters:
    ///   - x: [N, D], data: it gets no gradient
    ///   - weight, bias: γ and β, [1, D]
    ///   - paddingRows: rows of zeros that take part in the statistics without being stored. All of them have the same
    ///     result, which is appended as one row.
    /// - Returns: [N, D], or [N + 1, D] where there is padding.
    public func batchNorm(
        _ x: Variable, weight: Variable, bias: Variable, statistics: RunningStatistics, paddingRows: Int = 0,
        epsilon: Float = 1e-5, momentum: Float = 0.1
    ) -> Variable {
        precondition(!x.requiresGradient, "batch norm is defined on data")
        let n = x.rows
        let width = x.columns
        let mean = Tensor(rows: 1, columns: width)
        let inverse = Tensor(rows: 1, columns: width)
        if isTraining {
            moments(
                of: x.value, paddingRows: paddingRows, mean: mean, inverse: inverse, epsilon: epsilon,
                updating: statistics, momentum: momentum)
        } else {
            Kernels.copy(statistics.mean.matrix, to: mean.matrix)
            for c in 0..<width { inverse.values[c] = 1 / (statistics.variance.values[c] + epsilon).squareRoot() }
        }
        let scale = Tensor(rows: 1, columns: width)
        let gamma = weight.value.values
        for c in 0..<width { scale.values[c] = inverse.values[c] * gamma[c] }
        let y = Tensor(rows: n + (paddingRows > 0 ? 1 : 0), columns: width)
        func normalize(_ x: Tensor, firstRow: Int) {
            Kernels.normalizeColumns(
                of: x, mean: mean, scale: scale, shift: bias.value, into: y.rows(firstRow..<firstRow + x.rows))
        }
        normalize(x.value, firstRow: 0)
        let zeros = paddingRows > 0 ? Tensor(rows: 1, columns: width, repeating: 0) : nil
        if let zeros { normalize(zeros, firstRow: n) }
        return record(y, inputs: [x, weight, bias]) { gradient in
            let weightGradient = weight.slot.toAddTo()
            let biasGradient = bias.slot.toAddTo()
            func add(_ x: Tensor, firstRow: Int) {
                Kernels.addColumnNormalizationGradients(
                    gradient.rows(firstRow..<firstRow + x.rows), x: x, mean: mean, inverse: inverse,
                    toWeight: weightGradient, bias: biasGradient)
            }
            add(x.value, firstRow: 0)
            if let zeros { add(zeros, firstRow: n) }
        }
    }

    /// Mean and 1/deviation of every column over stored and padding rows, in double; updates the running statistics.
    /// A single row has no variance to learn from (PyTorch refuses it): it is normalised to 0, and the statistics stay.
    private func moments(
        of x: Tensor, paddingRows: Int, mean: Tensor, inverse: Tensor, epsilon: Float,
        updating statistics: RunningStatistics,
        momentum: Float
    ) {
        let width = x.columns
        let count = Double(x.rows + paddingRows)
        let (sums, squares) = Kernels.moments(of: x)
        for c in 0..<width {
            let centre = sums[c] / count
            let spread = squares[c] / count - centre * centre
            // Rounding may leave a little less than 0; NaN stays NaN.
            let variance = spread < 0 ? 0 : spread
            mean.values[c] = Float(centre)
            inverse.values[c] = Float(1 / (variance + Double(epsilon)).squareRoot())
            guard count > 1 else { continue }
            let unbiased = variance * count / (count - 1)
            statistics.mean.values[c] += momentum * (Float(centre) - statistics.mean.values[c])
            statistics.variance.values[c] += momentum * (Float(unbiased) - statistics.variance.values[c])
        }
        if count > 1 { statistics.batches.values[0] += 1 }
    }
}
