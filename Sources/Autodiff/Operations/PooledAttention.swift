import CKernels
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
            ck_accumulate_column_sums(
                means.pointer, e.value.pointer + nodes.lowerBound * h, span.count, streams * h, streams * h)
            let inverse = 1 / Float(span.count)
            for index in 0..<means.count { means.pointer[index] *= inverse }
            let scores = weights.rows(nodes)
            MatrixProduct.multiply(
                e.value.rows(nodes).matrix, means.matrix.transposed, into: scores.matrix, alpha: scale)
            ck_softmax_rows(scores.pointer, scores.rows, streams, streams)
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
                scores.softmaxBackward(weights)
                let meansGradient = Tensor(rows: streams, columns: h)
                MatrixProduct.multiply(weights.matrix.transposed, outer.matrix, into: meansGradient.matrix)
                MatrixProduct.multiply(
                    scores.matrix.transposed, e.value.rows(nodes).matrix, into: meansGradient.matrix, alpha: scale,
                    beta: 1)
                MatrixProduct.multiply(scores.matrix, means.matrix, into: inner.matrix, alpha: scale, beta: 1)
                for row in 0..<span.count {
                    ck_add_scaled(
                        inner.pointer + row * streams * h, meansGradient.pointer, 1 / Float(span.count), streams * h)
                }
            }
        }
    }
}
