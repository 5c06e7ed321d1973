import CKernels
import Concurrency

/// Kernels of the graph of virtual unified emotions: node i hears node j with tanh(target_i + source_j).
extension Kernels {
    /// The scores w_t·x + b and w_s·x of every node: x [R, H], gate w_t then w_s [1, 2H], one number for each row.
    public static func emotionScores(of x: Tensor, gate: Tensor, bias: Float, target: Tensor, source: Tensor) {
        let h = x.columns
        precondition(gate.count == 2 * h && target.count == x.rows && source.count == x.rows)
        Compute.forEachRange(x.rows, minimum: 256) { rows in
            for row in rows {
                target.pointer[row] = bias + kernels.dot(x.pointer + row * h, gate.pointer, h)
                source.pointer[row] = kernels.dot(x.pointer + row * h, gate.pointer + h, h)
            }
        }
    }

    /// tile[i][j] = scale · tanh(target[i] + source[j]), 0 where firstRow + i = j, for target [R, 1] and source [n, 1].
    public static func emotionTile(
        target: Matrix, source: Matrix, firstRow: Int, scale: Float, into tile: Tensor
    ) {
        precondition(target.rows == tile.rows && source.rows == tile.columns)
        precondition(target.columns == 1 && source.columns == 1)
        forEachRowRange(tile.rows, columns: tile.columns) {
            kernels.emotion_tile(
                tile.rows($0).matrix.view, target.rows($0).view, source.view, firstRow + $0.lowerBound, scale)
        }
    }

    /// From the gradients of a tile's entries to those of the scores, which are added to.
    ///
    /// Rows are taken in groups, with sums over rows of their own that are added in order, so that nothing depends on the
    /// number of threads.
    public static func addEmotionTileGradients(
        _ gradient: Tensor, tile: Tensor, firstRow: Int, scale: Float, toTarget target: Matrix, source: Matrix
    ) {
        check(gradient, tile)
        precondition(target.rows == tile.rows && source.rows == tile.columns)
        precondition(target.columns == 1 && source.columns == 1)
        let n = tile.columns
        let height = 128
        let groups = (tile.rows + height - 1) / height
        let parts = Tensor(rows: groups, columns: n, repeating: 0)
        Compute.forEach(groups) { group in
            let rows = group * height..<min(tile.rows, (group + 1) * height)
            kernels.emotion_tile_backward(
                target.rows(rows).view, parts.part(from: group * n, rows: n, columns: 1).matrix.view,
                tile.rows(rows).matrix.view, gradient.rows(rows).matrix.view, firstRow + rows.lowerBound, scale)
        }
        for group in 0..<groups {
            for column in 0..<n { source.pointer[column * source.stride] += parts.pointer[group * n + column] }
        }
    }

    /// The way back through the scores w_t·x + b and w_s·x of every node: adds to x's gradient and to the gate's.
    ///
    /// Sums over nodes are made in a fixed number of parts and added in order.
    ///
    /// - Parameters:
    ///   - gate: w_t then w_s, [1, 2H], as its gradient
    ///   - target, source: the gradients of the scores, one number for each of x's rows
    ///   - x: [R, H], as its gradient
    public static func addEmotionScoreGradients(
        target: Tensor, source: Tensor, x: Tensor, gate: Tensor, toX xGradient: Tensor, gate gateGradient: Tensor
    ) {
        check(x, xGradient)
        let h = x.columns
        precondition(target.count == x.rows && source.count == x.rows)
        precondition(gate.count == 2 * h && gateGradient.count == 2 * h)
        let parts = 8
        let sums = Tensor(rows: parts, columns: 2 * h, repeating: 0)
        let gate = gate.reshaped(rows: 2, columns: h)
        Compute.forEach(parts) { part in
            let rows = x.rows * part / parts..<x.rows * (part + 1) / parts
            kernels.emotion_scores_backward(
                xGradient.rows(rows).matrix.view, sums.part(from: part * 2 * h, rows: 2, columns: h).matrix.view,
                x.rows(rows).matrix.view, target.pointer + rows.lowerBound, source.pointer + rows.lowerBound,
                gate.matrix.view)
        }
        addColumnSums(of: sums.matrix, to: gateGradient.matrix)
    }

    /// out[i][m] += scale · Σ_{k≠m} tanh(target[i][m] + source[i][k]) x[i][k], between the M streams of every row.
    ///
    /// - Parameters:
    ///   - x: [n, M·H], as `out`
    ///   - target, source: [n, M]
    public static func addEmotionsAcross(
        _ x: Tensor, target: Tensor, source: Tensor, scale: Float, to out: Tensor
    ) {
        check(x, out)
        checkScores(x, target, source)
        kernels.emotion_across(out.matrix.view, x.matrix.view, target.matrix.view, source.matrix.view, scale)
    }

    /// The way back of `addEmotionsAcross`: adds to the gradients of x and of the scores.
    public static func addEmotionsAcrossGradients(
        _ gradient: Tensor, x: Tensor, target: Tensor, source: Tensor, scale: Float, toX xGradient: Tensor,
        target targetGradient: Tensor, source sourceGradient: Tensor
    ) {
        check(x, xGradient)
        check(x, gradient)
        checkScores(x, target, source)
        checkScores(x, targetGradient, sourceGradient)
        kernels.emotion_across_backward(
            xGradient.matrix.view, targetGradient.matrix.view, sourceGradient.matrix.view, gradient.matrix.view,
            x.matrix.view, target.matrix.view, source.matrix.view, scale)
    }

    private static func checkScores(_ x: Tensor, _ target: Tensor, _ source: Tensor) {
        check(target, source)
        precondition(target.rows == x.rows && target.columns > 0 && x.columns % target.columns == 0)
    }
}
