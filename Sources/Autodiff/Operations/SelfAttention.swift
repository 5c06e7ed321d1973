import Tensors

extension Tape {
    /// Scaled dot-product self-attention with one head, inside every dialogue (Vaswani et al., 2017):
    /// dropout(softmax(Q Kᵀ / √H)) V.
    ///
    /// - Parameters:
    ///   - x: queries, keys and values side by side, [N, 3H]
    ///   - lengths: utterances of every dialogue, end to end in x
    ///   - probability: dropout of the attention weights
    /// - Returns: [N, H]
    public func selfAttention(_ x: Variable, lengths: [Int], dropout probability: Float) -> Variable {
        let h = x.columns / 3
        precondition(x.columns == 3 * h && lengths.reduce(0, +) == x.rows)
        let scale = 1 / Float(h).squareRoot()
        let key = maskKey(probability: probability)
        let spans = DialogueSpans(lengths)
        let out = Tensor(rows: x.rows, columns: h)
        /// softmax(Q Kᵀ / √H) of some rows of a dialogue.
        func weights(_ span: Range<Int>, _ rows: Range<Int>) -> Tensor {
            let block = x.value.rows(span)
            let product = Tensor(rows: rows.count, columns: span.count)
            MatrixProduct.multiply(
                block.matrix(columns: 0..<h).rows(rows), block.matrix(columns: h..<2 * h).transposed,
                into: product.matrix,
                alpha: scale)
            Kernels.softmaxRows(of: product.matrix)
            return product
        }
        func masked(_ weights: Tensor, _ dialogue: Int, _ rows: Range<Int>) -> Tensor {
            guard let key else { return weights }
            let result = Tensor(rows: weights.rows, columns: weights.columns)
            let first = spans.firstSquare[dialogue] + rows.lowerBound * weights.columns
            Kernels.dropout(weights, DropoutMask(key: key, probability: probability, first: first), into: result)
            return result
        }
        spans.forEachDialogue { dialogue in
            let span = spans[dialogue]
            for rows in spans.tiles(dialogue) {
                MatrixProduct.multiply(
                    masked(weights(span, rows), dialogue, rows).matrix,
                    x.value.rows(span).matrix(columns: 2 * h..<3 * h),
                    into: out.rows(span).rows(rows).matrix)
            }
        }
        return record(out, inputs: [x]) { gradient in
            let target = x.slot.toAddTo()
            spans.forEachDialogue { dialogue in
                let span = spans[dialogue]
                let block = x.value.rows(span)
                let inner = target.rows(span)
                for rows in spans.tiles(dialogue) {
                    let outer = gradient.rows(span).rows(rows).matrix
                    let weights = weights(span, rows)
                    let used = masked(weights, dialogue, rows)
                    MatrixProduct.multiply(
                        used.matrix.transposed, outer, into: inner.matrix(columns: 2 * h..<3 * h), beta: 1)
                    var products = Tensor(rows: rows.count, columns: span.count)
                    MatrixProduct.multiply(
                        outer, block.matrix(columns: 2 * h..<3 * h).transposed, into: products.matrix)
                    products = masked(products, dialogue, rows)
                    Kernels.softmaxBackward(products, weights: weights)
                    MatrixProduct.multiply(
                        products.matrix, block.matrix(columns: h..<2 * h),
                        into: inner.matrix(columns: 0..<h).rows(rows),
                        alpha: scale, beta: 1)
                    MatrixProduct.multiply(
                        products.matrix.transposed, block.matrix(columns: 0..<h).rows(rows),
                        into: inner.matrix(columns: h..<2 * h), alpha: scale, beta: 1)
                }
            }
        }
    }
}
