import Tensors

extension Tape {
    /// What the nodes of a graph hear of each other: y_i = Σ_j w_ij x_j, over a node's modality in its dialogue and the other
    /// modalities of its utterance.
    ///
    /// - Parameters:
    ///   - weights: as `angularGraph` returns them
    ///   - x: [N, M·H]
    ///   - lengths: utterances of every dialogue, end to end in x
    /// - Returns: [N, M·H]
    public func graphProduct(_ weights: Variable, _ x: Variable, streams: Int, lengths: [Int]) -> Variable {
        let graph = ModalityGraph(streams: streams, lengths: lengths)
        let h = x.columns / streams
        precondition(weights.value.count == graph.count && x.columns == h * streams && lengths.reduce(0, +) == x.rows)
        let y = Tensor(rows: x.rows, columns: x.columns)
        graph.spans.forEachDialogue { dialogue in
            for stream in 0..<streams {
                MatrixProduct.multiply(
                    graph.within(weights.value, dialogue, stream).matrix, graph.block(x.value, dialogue, stream),
                    into: graph.block(y, dialogue, stream))
            }
            let across = graph.across(weights.value, dialogue).values
            let (from, to) = (x.value.values, y.values)
            graph.forEachAcross(dialogue, width: h) { weight, a, b in
                for c in 0..<h { to[a + c] += across[weight] * from[b + c] }
            }
        }
        return record(y, inputs: [weights, x]) { gradient in
            let weightGradient = weights.requiresGradient ? weights.slot.toAddTo() : nil
            let xGradient = x.requiresGradient ? x.slot.toAddTo() : nil
            graph.spans.forEachDialogue { dialogue in
                for stream in 0..<streams {
                    let outer = graph.block(gradient, dialogue, stream)
                    if let weightGradient {
                        MatrixProduct.multiply(
                            outer, graph.block(x.value, dialogue, stream).transposed,
                            into: graph.within(weightGradient, dialogue, stream).matrix, beta: 1)
                    }
                    if let xGradient {
                        MatrixProduct.multiply(
                            graph.within(weights.value, dialogue, stream).matrix.transposed, outer,
                            into: graph.block(xGradient, dialogue, stream), beta: 1)
                    }
                }
                let across = graph.across(weights.value, dialogue).values
                let acrossGradient = weightGradient.map { graph.across($0, dialogue).values }
                let (from, outer) = (x.value.values, gradient.values)
                graph.forEachAcross(dialogue, width: h) { weight, a, b in
                    if let acrossGradient {
                        var sum: Float = 0
                        for c in 0..<h { sum += outer[a + c] * from[b + c] }
                        acrossGradient[weight] += sum
                    }
                    if let target = xGradient?.values {
                        for c in 0..<h { target[b + c] += across[weight] * outer[a + c] }
                    }
                }
            }
        }
    }
}
