import Tensors

/// What the softmax of an attention to the means of streams runs over.
public enum PooledSoftmax: Sendable {
    /// The streams q of one utterance; scores are divided by √H.
    case streams
    /// The utterances t of one dialogue, for each q on its own; scores are not scaled.
    case time
}

extension Tape {
    /// Every stream of every utterance attends to the means over time of its dialogue's streams, p_q = mean over t of e_q[t]:
    /// c_s[t] = Σ_q softmax_q(e_s[t] · p_q / √H) p_q, or c_s[t] = Σ_q softmax_t(e_s[t] · p_q) p_q.
    ///
    /// - Parameters:
    ///   - e: [N·S, H]
    ///   - lengths: utterances of every dialogue
    /// - Returns: the contexts, [N·S, H]
    public func pooledAttention(
        _ e: Variable, streams: Int, lengths: [Int], softmax: PooledSoftmax = .streams
    ) -> Variable {
        let h = e.columns
        let scale = softmax == .streams ? 1 / Float(h).squareRoot() : 1
        precondition(lengths.reduce(0, +) * streams == e.rows)
        let spans = DialogueSpans(lengths)
        let weights = Tensor(rows: e.rows, columns: streams)
        let pooled = Tensor(rows: lengths.count * streams, columns: h, repeating: 0)
        spans.forEachDialogue { dialogue in
            let span = spans[dialogue]
            let nodes = span.lowerBound * streams..<span.upperBound * streams
            let means = pooled.rows(dialogue * streams..<(dialogue + 1) * streams)
            let utterances = e.value.rows(nodes).reshaped(rows: span.count, columns: streams * h)
            Kernels.addColumnSums(of: utterances.matrix, to: means.reshaped(rows: 1, columns: streams * h).matrix)
            let inverse = 1 / Float(span.count)
            for index in 0..<means.count { means.values[index] *= inverse }
            let scores = weights.rows(nodes)
            MatrixProduct.multiply(
                e.value.rows(nodes).matrix, means.matrix.transposed, into: scores.matrix, alpha: scale)
            switch softmax {
            case .streams: Kernels.softmaxRows(of: scores.matrix)
            case .time:
                let byTime = scores.reshaped(rows: span.count, columns: streams * streams)
                let rows = transposed(byTime)
                Kernels.softmaxRows(of: rows.matrix)
                Kernels.copy(transposed(rows).matrix, to: byTime.matrix)
            }
        }
        func contexts() -> Tensor {
            let out = Tensor(rows: weights.rows, columns: h)
            spans.forEachDialogue { dialogue in
                let span = spans[dialogue]
                let nodes = span.lowerBound * streams..<span.upperBound * streams
                MatrixProduct.multiply(
                    weights.rows(nodes).matrix, pooled.rows(dialogue * streams..<(dialogue + 1) * streams).matrix,
                    into: out.rows(nodes).matrix)
            }
            return out
        }
        return record(contexts(), inputs: [e], remake: contexts) { gradient in
            let target = e.slot.toAddTo()
            spans.forEachDialogue { dialogue in
                let span = spans[dialogue]
                let nodes = span.lowerBound * streams..<span.upperBound * streams
                let means = pooled.rows(dialogue * streams..<(dialogue + 1) * streams)
                let weights = weights.rows(nodes)
                let outer = gradient.rows(nodes)
                let inner = target.rows(nodes)
                let scores = Tensor(rows: nodes.count, columns: streams)
                MatrixProduct.multiply(outer.matrix, means.matrix.transposed, into: scores.matrix)
                switch softmax {
                case .streams: Kernels.softmaxBackward(scores, weights: weights)
                case .time:
                    func byTime(_ x: Tensor) -> Tensor { x.reshaped(rows: span.count, columns: streams * streams) }
                    let rows = transposed(byTime(scores))
                    Kernels.softmaxBackward(rows, weights: transposed(byTime(weights)))
                    Kernels.copy(transposed(rows).matrix, to: byTime(scores).matrix)
                }
                let meansGradient = Tensor(rows: streams, columns: h)
                MatrixProduct.multiply(weights.matrix.transposed, outer.matrix, into: meansGradient.matrix)
                MatrixProduct.multiply(
                    scores.matrix.transposed, e.value.rows(nodes).matrix, into: meansGradient.matrix, alpha: scale,
                    beta: 1)
                MatrixProduct.multiply(scores.matrix, means.matrix, into: inner.matrix, alpha: scale, beta: 1)
                Kernels.addToEveryRow(
                    meansGradient.reshaped(rows: 1, columns: streams * h).matrix, scale: 1 / Float(span.count),
                    of: inner.reshaped(rows: span.count, columns: streams * h).matrix)
            }
        }
    }
}

/// A copy with rows and columns exchanged.
private func transposed(_ x: Tensor) -> Tensor {
    let y = Tensor(rows: x.columns, columns: x.rows)
    let (from, to) = (x.values, y.values)
    for row in 0..<x.rows {
        for column in 0..<x.columns { to[column * x.rows + row] = from[row * x.columns + column] }
    }
    return y
}
