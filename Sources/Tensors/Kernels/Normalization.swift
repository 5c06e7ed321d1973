import CKernels
import Concurrency

extension Kernels {
    /// The sums of every column's numbers and of their squares, in double.
    public static func moments(of x: Tensor) -> (sums: [Double], squares: [Double]) {
        var sums = [Double](repeating: 0, count: x.columns)
        var squares = sums
        sums.withUnsafeMutableBufferPointer { sums in
            squares.withUnsafeMutableBufferPointer { squares in
                guard let first = sums.baseAddress, let firstSquare = squares.baseAddress else { return }
                nonisolated(unsafe) let (sum, square) = (first, firstSquare)
                forEachColumnRange(x.columns) {
                    kernels.accumulate_moments(
                        sum + $0.lowerBound, square + $0.lowerBound, x.matrix.columns($0).view)
                }
            }
        }
        return (sums, squares)
    }

    /// y = (x − mean) · scale + shift, column by column; these are [1, D].
    public static func normalizeColumns(of x: Tensor, mean: Tensor, scale: Tensor, shift: Tensor, into y: Tensor) {
        check(x, y)
        precondition(mean.count == x.columns && scale.count == x.columns && shift.count == x.columns)
        forEachRowRange(x.rows, columns: x.columns) {
            kernels.normalize_columns(
                y.rows($0).matrix.view, x.rows($0).matrix.view, mean.pointer, scale.pointer, shift.pointer)
        }
    }

    /// What γ and β get, both [1, D]: γ[c] += Σ_r g[r][c] (x[r][c] − mean[c]) inverse[c], β[c] += Σ_r g[r][c].
    public static func addColumnNormalizationGradients(
        _ gradient: Tensor, x: Tensor, mean: Tensor, inverse: Tensor, toWeight weight: Tensor, bias: Tensor
    ) {
        check(gradient, x)
        precondition([mean, inverse, weight, bias].allSatisfy { $0.count == x.columns })
        forEachColumnRange(x.columns) {
            let first = $0.lowerBound
            kernels.normalize_columns_parameter_gradients(
                weight.pointer + first, bias.pointer + first, gradient.matrix.columns($0).view,
                x.matrix.columns($0).view, mean.pointer + first, inverse.pointer + first)
        }
    }

    /// Layer norm over every row; keeps mean and 1/deviation of every row, both [1, R].
    public static func layerNorm(
        of x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into y: Tensor, mean: Tensor, inverse: Tensor
    ) {
        check(x, y)
        precondition(weight.count == x.columns && bias.count == x.columns)
        precondition(mean.count == x.rows && inverse.count == x.rows)
        forEachRowRange(x.rows, columns: x.columns) {
            kernels.layer_norm(
                y.rows($0).matrix.view, mean.pointer + $0.lowerBound, inverse.pointer + $0.lowerBound,
                x.rows($0).matrix.view, weight.pointer, bias.pointer, epsilon)
        }
    }

    /// The way back: x's gradient is written to `target`, or added where `accumulating`; γ's and β's are added.
    public static func layerNormBackward(
        _ gradient: Tensor, x: Tensor, weight: Tensor, mean: Tensor, inverse: Tensor, into target: Tensor,
        accumulating: Bool, toWeight weightGradient: Tensor, bias biasGradient: Tensor
    ) {
        check(gradient, x)
        check(target, x)
        let width = x.columns
        // A fixed number of row blocks with sums of their own, added in order: the same result for any thread count.
        let blocks = 8
        let weightParts = Tensor(rows: blocks, columns: width, repeating: 0)
        let biasParts = Tensor(rows: blocks, columns: width, repeating: 0)
        Compute.forEach(blocks) { block in
            let rows = x.rows * block / blocks..<x.rows * (block + 1) / blocks
            kernels.layer_norm_backward(
                target.rows(rows).matrix.view, accumulating ? 1 : 0, weightParts.pointer + block * width,
                biasParts.pointer + block * width, gradient.rows(rows).matrix.view, x.rows(rows).matrix.view,
                mean.pointer + rows.lowerBound, inverse.pointer + rows.lowerBound, weight.pointer)
        }
        addColumnSums(of: weightParts.matrix, to: weightGradient.matrix)
        addColumnSums(of: biasParts.matrix, to: biasGradient.matrix)
    }
}
