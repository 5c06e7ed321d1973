import CKernels
import Concurrency

extension Kernels {
    /// Copies a matrix of the same shape.
    public static func copy(_ x: Matrix, to y: Matrix) {
        check(x, y)
        forEachRowRange(y.rows, columns: y.columns) { rows in
            for row in rows {
                (y.pointer + row * y.stride).update(from: x.pointer + row * x.stride, count: y.columns)
            }
        }
    }

    /// target[0][c] += Σ_r x[r][c]
    public static func addColumnSums(of x: Matrix, to target: Matrix) {
        precondition(target.rows == 1 && target.columns == x.columns)
        forEachColumnRange(x.columns, minimum: max(64, (1 << 16) / max(1, x.rows))) {
            kernels.accumulate_column_sums(target.pointer + $0.lowerBound, x.columns($0).view)
        }
    }

    /// y[r] = Σ_c x[r][c] w[c], for y [R, 1] and w [1, C].
    public static func dotProducts(of x: Matrix, with w: Matrix, into y: Matrix) {
        precondition(w.rows == 1 && w.columns == x.columns && y.rows == x.rows && y.columns == 1)
        Compute.forEachRange(x.rows, minimum: max(1, (1 << 16) / max(1, x.columns))) { rows in
            for row in rows {
                y.pointer[row * y.stride] = kernels.dot(x.pointer + row * x.stride, w.pointer, x.columns)
            }
        }
    }

    /// y[r] += factors[r] · w, for w [1, C] and factors [R, 1].
    public static func addScaledRows(_ w: Matrix, factors: Matrix, to y: Matrix) {
        precondition(w.rows == 1 && w.columns == y.columns && factors.rows == y.rows && factors.columns == 1)
        forEachRowRange(y.rows, columns: y.columns) { rows in
            for row in rows {
                kernels.add_scaled(
                    y.pointer + row * y.stride, w.pointer, factors.pointer[row * factors.stride], y.columns)
            }
        }
    }

    /// y[r] += scale · w in every row, for w [1, C].
    public static func addToEveryRow(_ w: Matrix, scale: Float, of y: Matrix) {
        precondition(w.rows == 1 && w.columns == y.columns)
        for row in 0..<y.rows { kernels.add_scaled(y.pointer + row * y.stride, w.pointer, scale, y.columns) }
    }

    /// Row r of y is row `index[r]` of x; an index below 0 gives a row of zeros.
    public static func gatherRows(of x: Matrix, _ index: [Int32], into y: Matrix) {
        precondition(index.count == y.rows && x.columns == y.columns && index.allSatisfy { $0 < x.rows })
        kernels.gather_rows(y.view, x.view, index)
    }

    /// Row `index[r]` of y += row r of x; an index below 0 is passed over.
    public static func scatterAddRows(of x: Matrix, _ index: [Int32], to y: Matrix) {
        precondition(index.count == x.rows && x.columns == y.columns && index.allSatisfy { $0 < y.rows })
        forEachColumnRange(y.columns) { kernels.scatter_add_rows(y.columns($0).view, x.columns($0).view, index) }
    }

    /// Row r of y += row `index[r]` of x.
    public static func addRows(of x: Matrix, _ index: [Int32], to y: Matrix) {
        precondition(
            index.count == y.rows && x.columns == y.columns && index.allSatisfy { $0 >= 0 && $0 < x.rows })
        for row in 0..<y.rows {
            kernels.add_scaled(y.pointer + row * y.stride, x.pointer + Int(index[row]) * x.stride, 1, y.columns)
        }
    }

    /// log softmax of every row.
    public static func logSoftmaxRows(of x: Tensor, into y: Tensor) {
        check(x, y)
        kernels.log_softmax_rows(y.matrix.view, x.matrix.view)
    }

    /// Softmax of every row, in place.
    public static func softmaxRows(of x: Matrix) {
        forEachRowRange(x.rows, columns: x.columns) { kernels.softmax_rows(x.rows($0).view) }
    }

    /// In place, the gradient of a row softmax: w ⊙ (g − Σ w ⊙ g).
    public static func softmaxBackward(_ gradient: Tensor, weights: Tensor) {
        check(weights, gradient)
        let columns = gradient.columns
        forEachRowRange(gradient.rows, columns: columns) { rows in
            for row in rows {
                let g = gradient.pointer + row * columns
                let w = weights.pointer + row * columns
                kernels.softmax_backward(g, w, kernels.dot(g, w, columns), columns)
            }
        }
    }
}
