import CKernels
import Tensors

extension Tape {
    /// One convolution of the virtual unified emotion graph with its residual: y + conv(y), where node i hears every other
    /// utterance of its own modality in its dialogue, and the other modalities of its own utterance:
    /// conv(y)_i = Σ_j tanh(w_t·y_i + w_s·y_j + b) y_j / degree, degree = (n − 1) + (M − 1), 0 where the degree is 0.
    ///
    /// Within a modality this is a dense n×n block per dialogue, made in tiles of rows and made again in the backward pass:
    /// memory is linear in n.
    ///
    /// - Parameters:
    ///   - y: [N, M·H]
    ///   - gate: w_t then w_s, [1, 2H]; `bias` [1, 1]
    ///   - lengths: utterances of every dialogue, end to end in y
    public func emotionConvolution(_ y: Variable, gate: Variable, bias: Variable, lengths: [Int]) -> Variable {
        let h = gate.columns / 2
        let m = y.columns / h
        precondition(y.columns == m * h && lengths.reduce(0, +) == y.rows)
        let graph = EmotionGraph(y: y.value, streams: m, h: h, lengths: lengths)
        let (target, source) = graph.scores(gate: gate.value, bias: bias.value.pointer[0])
        let out = Tensor(rows: y.rows, columns: y.columns)
        graph.forward(target: target, source: source, out: out)
        return record(out, inputs: [y, gate, bias]) { gradient in
            let yGradient = Tensor(rows: y.rows, columns: y.columns)
            let targetGradient = Tensor(rows: y.rows, columns: m, repeating: 0)
            let sourceGradient = Tensor(rows: y.rows, columns: m, repeating: 0)
            graph.backward(
                target: target, source: source, gradient: gradient, yGradient: yGradient,
                targetGradient: targetGradient,
                sourceGradient: sourceGradient)
            graph.scoresBackward(
                gate: gate.value, yGradient: yGradient, gateGradient: gate.slot.toAddTo(),
                targetGradient: targetGradient,
                sourceGradient: sourceGradient)
            bias.slot.toAddTo().pointer[0] += targetGradient.values.reduce(0, +)
            y.slot.accumulate(yGradient)
        }
    }
}

/// The dialogues of a minibatch as dense blocks.
private struct EmotionGraph {
    let y: Tensor
    let streams: Int
    let h: Int
    let lengths: [Int]
    let spans: DialogueSpans

    init(y: Tensor, streams: Int, h: Int, lengths: [Int]) {
        self.y = y
        self.streams = streams
        self.h = h
        self.lengths = lengths
        spans = DialogueSpans(lengths)
    }

    /// w_t·y + b and w_s·y for every node, [N, M] each.
    func scores(gate: Tensor, bias: Float) -> (target: Tensor, source: Tensor) {
        let target = Tensor(rows: y.rows, columns: streams, repeating: bias)
        let source = Tensor(rows: y.rows, columns: streams)
        let nodes = y.rows * streams
        Compute.forEachRange(nodes, minimum: 256) { range in
            for node in range {
                target.pointer[node] += ck_dot(y.pointer + node * h, gate.pointer, h)
                source.pointer[node] = ck_dot(y.pointer + node * h, gate.pointer + h, h)
            }
        }
        return (target, source)
    }

    /// The way back through `scores`. Sums over nodes are made in a fixed number of parts and added in order.
    func scoresBackward(
        gate: Tensor, yGradient: Tensor, gateGradient: Tensor, targetGradient: Tensor, sourceGradient: Tensor
    ) {
        let nodes = y.rows * streams
        let parts = 8
        let sums = Tensor(rows: parts, columns: 2 * h, repeating: 0)
        Compute.forEach(parts) { part in
            let first = nodes * part / parts
            let count = nodes * (part + 1) / parts - first
            let own = sums.pointer + part * 2 * h
            ck_emotion_scores_backward(
                yGradient.pointer + first * h, own, own + h, y.pointer + first * h, targetGradient.pointer + first,
                sourceGradient.pointer + first, gate.pointer, gate.pointer + h, count, h)
        }
        sums.addColumnSums(to: gateGradient)
    }

    /// Σ over a dialogue's (n − 1) + (M − 1) neighbours is divided by this; nil where there are none.
    private func scale(_ dialogue: Int) -> Float? {
        let degree = lengths[dialogue] - 1 + streams - 1
        return degree > 0 ? 1 / Float(degree) : nil
    }

    private func block(_ tensor: Tensor, _ dialogue: Int, _ stream: Int) -> Matrix {
        tensor.rows(spans[dialogue]).matrix(columns: stream * h..<(stream + 1) * h)
    }

    /// Calls `body` for every tile of rows of the dialogue's block, with the tile's numbers filled in.
    private func forEachTile(
        _ dialogue: Int, _ stream: Int, target: Tensor, source: Tensor, scale: Float,
        _ body: (Range<Int>, Tensor) -> Void
    ) {
        let n = lengths[dialogue]
        let score = spans[dialogue].lowerBound * streams + stream
        for rows in spans.tiles(dialogue) {
            let lower = rows.lowerBound
            let weights = Tensor(rows: rows.count, columns: n)
            weights.forEachRowRange { part in
                ck_emotion_tile(
                    weights.pointer + part.lowerBound * n, target.pointer + score + (lower + part.lowerBound) * streams,
                    streams,
                    source.pointer + score, streams, part.count, n, lower + part.lowerBound, scale)
            }
            body(rows, weights)
        }
    }

    func forward(target: Tensor, source: Tensor, out: Tensor) {
        spans.forEachDialogue { dialogue in
            let start = spans[dialogue].lowerBound * y.columns
            (out.pointer + start).update(from: y.pointer + start, count: lengths[dialogue] * y.columns)
            guard let scale = scale(dialogue) else { return }
            for stream in 0..<streams {
                let nodes = block(y, dialogue, stream)
                let result = block(out, dialogue, stream)
                forEachTile(dialogue, stream, target: target, source: source, scale: scale) { rows, weights in
                    MatrixProduct.multiply(weights.matrix, nodes, into: result.rows(rows), beta: 1)
                }
            }
            let score = spans[dialogue].lowerBound * streams
            ck_emotion_across(
                out.pointer + start, y.pointer + start, target.pointer + score, source.pointer + score,
                lengths[dialogue], streams,
                h, scale)
        }
    }

    func backward(
        target: Tensor, source: Tensor, gradient: Tensor, yGradient: Tensor, targetGradient: Tensor,
        sourceGradient: Tensor
    ) {
        spans.forEachDialogue { dialogue in
            let n = lengths[dialogue]
            let first = spans[dialogue].lowerBound
            let start = first * y.columns
            let score = first * streams
            (yGradient.pointer + start).update(from: gradient.pointer + start, count: n * y.columns)
            guard let scale = scale(dialogue) else { return }
            for stream in 0..<streams {
                let nodes = block(y, dialogue, stream)
                let outer = block(gradient, dialogue, stream)
                let inner = block(yGradient, dialogue, stream)
                forEachTile(dialogue, stream, target: target, source: source, scale: scale) { rows, weights in
                    MatrixProduct.multiply(weights.matrix.transposed, outer.rows(rows), into: inner, beta: 1)
                    let products = Tensor(rows: rows.count, columns: n)
                    MatrixProduct.multiply(outer.rows(rows), nodes.transposed, into: products.matrix)
                    backwardOfTile(
                        rows, weights: weights, products: products, scale: scale,
                        target: targetGradient.pointer + score + stream + rows.lowerBound * streams,
                        source: sourceGradient.pointer + score + stream)
                }
            }
            ck_emotion_across_backward(
                yGradient.pointer + start, targetGradient.pointer + score, sourceGradient.pointer + score,
                gradient.pointer + start, y.pointer + start, target.pointer + score, source.pointer + score, n, streams,
                h, scale)
        }
    }

    /// The tile's part of the scores' gradients. Rows are taken in groups, with sums over rows of their own that are added in
    /// order, so that nothing depends on the number of threads.
    private func backwardOfTile(
        _ rows: Range<Int>, weights: Tensor, products: Tensor, scale: Float, target: UnsafeMutablePointer<Float>,
        source: UnsafeMutablePointer<Float>
    ) {
        let n = weights.columns
        let height = 128
        let groups = (rows.count + height - 1) / height
        let parts = Tensor(rows: groups, columns: n, repeating: 0)
        nonisolated(unsafe) let target = target
        Compute.forEach(groups) { group in
            let first = group * height
            let count = min(height, rows.count - first)
            ck_emotion_tile_backward(
                target + first * streams, streams, parts.pointer + group * n, 1, weights.pointer + first * n,
                products.pointer + first * n, count, n, rows.lowerBound + first, scale)
        }
        for group in 0..<groups {
            for column in 0..<n { source[column * streams] += parts.pointer[group * n + column] }
        }
    }
}
