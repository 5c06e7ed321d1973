import CKernels
import Tensors

/// Loops that several operations share.
extension Tensor {
    /// Splits the rows over the threads, a few thousand numbers at least to each.
    func forEachRowRange(_ body: (Range<Int>) -> Void) {
        Compute.forEachRange(rows, minimum: max(1, (1 << 15) / max(1, columns)), body)
    }

    /// target[0][c] += Σ_r self[r][c]. The columns are split over the threads, so the order of summation is fixed.
    func addColumnSums(to target: Tensor) {
        precondition(target.count == columns)
        matrix.addColumnSums(to: target.pointer)
    }

    /// In place, the gradient of a row softmax: w ⊙ (g − Σ w ⊙ g).
    func softmaxBackward(_ weights: Tensor) {
        forEachRowRange { range in
            for row in range {
                let g = pointer + row * columns
                let w = weights.pointer + row * columns
                ck_softmax_backward(g, w, ck_dot(g, w, columns), columns)
            }
        }
    }
}

extension Matrix {
    /// target[c] += Σ_r self[r][c]
    func addColumnSums(to target: UnsafeMutablePointer<Float>) {
        Compute.forEachRange(columns, minimum: max(64, (1 << 16) / max(1, rows))) { range in
            ck_accumulate_column_sums(target + range.lowerBound, pointer + range.lowerBound, rows, range.count, stride)
        }
    }
}
