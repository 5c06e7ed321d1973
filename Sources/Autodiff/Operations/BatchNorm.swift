import CKernels
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
            mean.pointer.update(from: statistics.mean.pointer, count: width)
            for c in 0..<width { inverse.pointer[c] = 1 / (statistics.variance.pointer[c] + epsilon).squareRoot() }
        }
        let scale = Tensor(rows: 1, columns: width)
        let gamma = weight.value.pointer
        for c in 0..<width { scale.pointer[c] = inverse.pointer[c] * gamma[c] }
        let y = Tensor(rows: n + (paddingRows > 0 ? 1 : 0), columns: width)
        x.value.forEachRowRange { rows in
            let first = rows.lowerBound * width
            ck_normalize_columns(
                y.pointer + first, x.value.pointer + first, rows.count, width, mean.pointer, scale.pointer,
                bias.value.pointer)
        }
        let zeros = paddingRows > 0 ? Tensor(rows: 1, columns: width, repeating: 0) : nil
        if let zeros {
            ck_normalize_columns(
                y.pointer + n * width, zeros.pointer, 1, width, mean.pointer, scale.pointer, bias.value.pointer)
        }
        return record(y, inputs: [x, weight, bias]) { gradient in
            let weightGradient = weight.slot.toAddTo()
            let biasGradient = bias.slot.toAddTo()
            func add(_ x: Tensor, firstRow: Int) {
                forEachColumnRange(width) { first, count in
                    ck_normalize_columns_parameter_gradients(
                        weightGradient.pointer + first, biasGradient.pointer + first,
                        gradient.pointer + firstRow * width + first,
                        x.pointer + first, x.rows, count, width, mean.pointer + first, inverse.pointer + first)
                }
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
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width) { sums in
            sums.initialize(repeating: 0)
            nonisolated(unsafe) let sum = sums.baseAddress!
            nonisolated(unsafe) let squares = sum + width
            forEachColumnRange(width) {
                ck_accumulate_moments(sum + $0, squares + $0, x.pointer + $0, x.rows, $1, width)
            }
            for c in 0..<width {
                let centre = sums[c] / count
                let spread = sums[width + c] / count - centre * centre
                // Rounding may leave a little less than 0; NaN stays NaN.
                let variance = spread < 0 ? 0 : spread
                mean.pointer[c] = Float(centre)
                inverse.pointer[c] = Float(1 / (variance + Double(epsilon)).squareRoot())
                guard count > 1 else { continue }
                let unbiased = variance * count / (count - 1)
                statistics.mean.pointer[c] += momentum * (Float(centre) - statistics.mean.pointer[c])
                statistics.variance.pointer[c] += momentum * (Float(unbiased) - statistics.variance.pointer[c])
            }
        }
        if count > 1 { statistics.batches.pointer[0] += 1 }
    }
}

/// Splits columns over the threads: a column's sum has one order whatever their number.
private func forEachColumnRange(_ columns: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    Compute.forEachRange(columns, minimum: 128) { body($0.lowerBound, $0.count) }
}
