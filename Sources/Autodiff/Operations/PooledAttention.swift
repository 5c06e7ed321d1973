import Tensors

extension Tape {
    /// Every stream of every utterance attends to the means over time of its dialogue's streams:
    /// c_s[t] = Σ_q softmax_q(e_s[t] · p_q / √H) p_q with p_q = mean over t of e_q[t].
    ///
    /// - Parameters:
    ///   - e: [N·S, H]
    ///   - lengths: utterances of every dialogue
    /// - Returns: the contexts, [N·S, H]
    public func pooledAttention(_ e: Variable, streams: Int, lengths: [Int]) -> Variable {
        let h = e.columns
        let scale = 1 / Float(h).squareRoot()
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
            Kernels.softmaxRows(of: scores.matrix)
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
                Kernels.softmaxBackward(scores, weights: weights)
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
