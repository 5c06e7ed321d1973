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
        let (target, source) = graph.scores(gate: gate.value, bias: bias.value.values[0])
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
            bias.slot.toAddTo().values[0] += targetGradient.values.reduce(0, +)
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
        let target = Tensor(rows: y.rows, columns: streams)
        let source = Tensor(rows: y.rows, columns: streams)
        Kernels.emotionScores(of: nodes(y), gate: gate, bias: bias, target: target, source: source)
        return (target, source)
    }

    /// A tensor [N, M·H] with a row for every node.
    private func nodes(_ tensor: Tensor) -> Tensor { tensor.reshaped(rows: tensor.rows * streams, columns: h) }

    /// The way back through `scores`.
    func scoresBackward(
        gate: Tensor, yGradient: Tensor, gateGradient: Tensor, targetGradient: Tensor, sourceGradient: Tensor
    ) {
        Kernels.addEmotionScoreGradients(
            target: targetGradient, source: sourceGradient, x: nodes(y), gate: gate, toX: nodes(yGradient),
            gate: gateGradient)
    }

    /// Σ over a dialogue's (n − 1) + (M − 1) neighbours is divided by this; nil where there are none.
    private func scale(_ dialogue: Int) -> Float? {
        let degree = lengths[dialogue] - 1 + streams - 1
        return degree > 0 ? 1 / Float(degree) : nil
    }

    private func block(_ tensor: Tensor, _ dialogue: Int, _ stream: Int) -> Matrix {
        tensor.rows(spans[dialogue]).matrix(columns: stream * h..<(stream + 1) * h)
    }

    /// One number for each of a dialogue's utterances, out of [N, M].
    private func scores(_ tensor: Tensor, _ dialogue: Int, _ stream: Int) -> Matrix {
        tensor.rows(spans[dialogue]).matrix(columns: stream..<stream + 1)
    }

    /// Calls `body` for every tile of rows of the dialogue's block, with the tile's numbers filled in.
    private func forEachTile(
        _ dialogue: Int, _ stream: Int, target: Tensor, source: Tensor, scale: Float,
        _ body: (Range<Int>, Tensor) -> Void
    ) {
        let n = lengths[dialogue]
        for rows in spans.tiles(dialogue) {
            let weights = Tensor(rows: rows.count, columns: n)
            Kernels.emotionTile(
                target: scores(target, dialogue, stream).rows(rows), source: scores(source, dialogue, stream),
                firstRow: rows.lowerBound, scale: scale, into: weights)
            body(rows, weights)
        }
    }

    func forward(target: Tensor, source: Tensor, out: Tensor) {
        spans.forEachDialogue { dialogue in
            let rows = spans[dialogue]
            Kernels.copy(y.rows(rows).matrix, to: out.rows(rows).matrix)
            guard let scale = scale(dialogue) else { return }
            for stream in 0..<streams {
                let nodes = block(y, dialogue, stream)
                let result = block(out, dialogue, stream)
                forEachTile(dialogue, stream, target: target, source: source, scale: scale) { tile, weights in
                    MatrixProduct.multiply(weights.matrix, nodes, into: result.rows(tile), beta: 1)
                }
            }
            Kernels.addEmotionsAcross(
                y.rows(rows), target: target.rows(rows), source: source.rows(rows), scale: scale, to: out.rows(rows))
        }
    }

    func backward(
        target: Tensor, source: Tensor, gradient: Tensor, yGradient: Tensor, targetGradient: Tensor,
        sourceGradient: Tensor
    ) {
        spans.forEachDialogue { dialogue in
            let rows = spans[dialogue]
            Kernels.copy(gradient.rows(rows).matrix, to: yGradient.rows(rows).matrix)
            guard let scale = scale(dialogue) else { return }
            for stream in 0..<streams {
                let nodes = block(y, dialogue, stream)
                let outer = block(gradient, dialogue, stream)
                let inner = block(yGradient, dialogue, stream)
                forEachTile(dialogue, stream, target: target, source: source, scale: scale) { tile, weights in
                    MatrixProduct.multiply(weights.matrix.transposed, outer.rows(tile), into: inner, beta: 1)
                    let products = Tensor(rows: tile.count, columns: rows.count)
                    MatrixProduct.multiply(outer.rows(tile), nodes.transposed, into: products.matrix)
                    Kernels.addEmotionTileGradients(
                        products, tile: weights, firstRow: tile.lowerBound, scale: scale,
                        toTarget: scores(targetGradient, dialogue, stream).rows(tile),
                        source: scores(sourceGradient, dialogue, stream))
                }
            }
            Kernels.addEmotionsAcrossGradients(
                gradient.rows(rows), x: y.rows(rows), target: target.rows(rows), source: source.rows(rows),
                scale: scale, toX: yGradient.rows(rows), target: targetGradient.rows(rows),
                source: sourceGradient.rows(rows))
        }
    }
}
