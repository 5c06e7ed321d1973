import Foundation
import Tensors

/// The weights of MMGCN's graph (Hu et al., ACL 2021), as its public code computes them.
extension Tape {
    /// Weights between nodes by the angle between their features, 1 − arccos(0.99999 · cos(x_i, x_j)) / π, then D^−½ A D^−½ with the
    /// nodes' degrees D. A node has an edge to every utterance of its modality in its dialogue, itself included, and to the other
    /// modalities of its utterance. Features of length 0 have the cosine 0 to all.
    ///
    /// Memory grows with the square of a dialogue's length.
    ///
    /// - Parameters:
    ///   - x: [N, M·H]
    ///   - lengths: utterances of every dialogue, end to end in x
    /// - Returns: the weights in one row, for `graphProduct`
    public func angularGraph(_ x: Variable, streams: Int, lengths: [Int]) -> Variable {
        precondition(lengths.reduce(0, +) == x.rows && x.columns % streams == 0)
        let angles = AngularGraph(x.value, graph: ModalityGraph(streams: streams, lengths: lengths))
        let weights = Tensor(rows: 1, columns: angles.graph.count, repeating: 0)
        angles.forward(into: weights)
        return record(weights, inputs: [x]) { [slot = x.slot] gradient in
            angles.backward(gradient, toX: slot.toAddTo())
        }
    }
}

private struct AngularGraph {
    /// The public code's guard against arccos' infinite slope at 1.
    private static let guardFactor: Float = 0.99999

    let graph: ModalityGraph
    private let h: Int
    /// Features divided by their lengths, [N, M·H], and 1/length, [N, M].
    private let unit: Tensor
    private let inverseLength: Tensor
    /// The cosines of all edges, where their weights lie.
    private let cosines: Tensor
    /// degree^−½ of every node, [N, M].
    private let scale: Tensor

    init(_ x: Tensor, graph: ModalityGraph) {
        self.graph = graph
        let m = graph.streams
        h = x.columns / m
        unit = Tensor(rows: x.rows, columns: x.columns)
        inverseLength = Tensor(rows: x.rows, columns: m)
        cosines = Tensor(rows: 1, columns: graph.count, repeating: 0)
        scale = Tensor(rows: x.rows, columns: m, repeating: 0)
        let (from, to, inverses) = (x.values, unit.values, inverseLength.values)
        for node in 0..<x.rows * m {
            let features = node * h..<(node + 1) * h
            var squares = 0.0
            for index in features { squares += Double(from[index]) * Double(from[index]) }
            // NaN stays NaN.
            inverses[node] = squares == 0 ? 0 : Float(1 / squares.squareRoot())
            for index in features { to[index] = from[index] * inverses[node] }
        }
        graph.spans.forEachDialogue { fillCosines($0) }
    }

    private func fillCosines(_ dialogue: Int) {
        for stream in 0..<graph.streams {
            let nodes = graph.block(unit, dialogue, stream)
            MatrixProduct.multiply(nodes, nodes.transposed, into: graph.within(cosines, dialogue, stream).matrix)
        }
        let (across, features) = (graph.across(cosines, dialogue).values, unit.values)
        graph.forEachAcross(dialogue, width: h) { edge, a, b in
            var sum: Float = 0
            for c in 0..<h { sum += features[a + c] * features[b + c] }
            across[edge] = sum
        }
    }

    /// 1 − arccos(0.99999 c) / π. A cosine may be a little beyond 1 by rounding.
    private static func weight(_ cosine: Float) -> Float {
        let guarded = guardFactor * cosine
        return 1 - acos(guarded > 1 ? 1 : guarded < -1 ? -1 : guarded) / .pi
    }

    private static func slope(_ cosine: Float) -> Float {
        let guarded = guardFactor * cosine
        let rest = 1 - guarded * guarded
        return guardFactor / (.pi * (rest < 1e-6 ? 1e-6 : rest).squareRoot())
    }

    /// Calls `body` for every edge of a dialogue with its place in the flat tensor's part and the two nodes.
    private func forEachEdge(
        _ dialogue: Int, _ parts: [Tensor],
        _ body: (_ values: [UnsafeMutableBufferPointer<Float>], _ at: Int, _ node: Int, _ other: Int) -> Void
    ) {
        let m = graph.streams
        let rows = graph.spans[dialogue]
        for stream in 0..<m {
            let blocks = parts.map { graph.within($0, dialogue, stream).values }
            for i in 0..<rows.count {
                for j in 0..<rows.count {
                    body(
                        blocks, i * rows.count + j, (rows.lowerBound + i) * m + stream,
                        (rows.lowerBound + j) * m + stream)
                }
            }
        }
        let blocks = parts.map { graph.across($0, dialogue).values }
        graph.forEachAcross(dialogue, width: 1) { body(blocks, $0, $1, $2) }
    }

    func forward(into weights: Tensor) {
        graph.spans.forEachDialogue { dialogue in
            let scale = scale.values
            forEachEdge(dialogue, [cosines, weights]) { values, at, node, _ in
                let weight = Self.weight(values[0][at])
                values[1][at] = weight
                scale[node] += weight
            }
            for node in nodes(dialogue) { scale[node] = 1 / scale[node].squareRoot() }
            forEachEdge(dialogue, [weights]) { values, at, node, other in
                values[0][at] *= scale[node] * scale[other]
            }
        }
    }

    private func nodes(_ dialogue: Int) -> Range<Int> {
        let rows = graph.spans[dialogue]
        return rows.lowerBound * graph.streams..<rows.upperBound * graph.streams
    }

    /// From the gradients of D^−½ A D^−½ through degrees, angles and lengths to those of the features.
    func backward(_ gradient: Tensor, toX target: Tensor) {
        let slopes = Tensor(rows: 1, columns: graph.count, repeating: 0)
        let scaleGradient = Tensor(rows: scale.rows, columns: scale.columns, repeating: 0)
        let unitGradient = Tensor(rows: unit.rows, columns: unit.columns, repeating: 0)
        graph.spans.forEachDialogue { dialogue in
            let (scale, scaleGradient) = (scale.values, scaleGradient.values)
            forEachEdge(dialogue, [gradient, cosines]) { values, at, node, other in
                let product = values[0][at] * Self.weight(values[1][at])
                scaleGradient[node] += product * scale[other]
                scaleGradient[other] += product * scale[node]
            }
            forEachEdge(dialogue, [gradient, cosines, slopes]) { values, at, node, other in
                let s = scale[node]
                // d/d degree of degree^−½ is −½ degree^−3/2.
                let fromDegree = -0.5 * s * s * s * scaleGradient[node]
                let edge = values[0][at] * s * scale[other] + fromDegree
                // The cosine of a node with itself is constant.
                values[2][at] = node == other ? 0 : edge * Self.slope(values[1][at])
            }
            unitBackward(dialogue, slopes: slopes, into: unitGradient)
            for node in nodes(dialogue) { addFeatureGradient(of: node, unitGradient, to: target) }
        }
    }

    /// Both ends of an edge get the other's unit features times the edge's gradient.
    private func unitBackward(_ dialogue: Int, slopes: Tensor, into unitGradient: Tensor) {
        for stream in 0..<graph.streams {
            let edges = graph.within(slopes, dialogue, stream).matrix
            let nodes = graph.block(unit, dialogue, stream)
            let result = graph.block(unitGradient, dialogue, stream)
            MatrixProduct.multiply(edges, nodes, into: result, beta: 1)
            MatrixProduct.multiply(edges.transposed, nodes, into: result, beta: 1)
        }
        let (across, features, target) = (graph.across(slopes, dialogue).values, unit.values, unitGradient.values)
        graph.forEachAcross(dialogue, width: h) { edge, a, b in
            for c in 0..<h {
                target[a + c] += across[edge] * features[b + c]
                target[b + c] += across[edge] * features[a + c]
            }
        }
    }

    /// x̂ = x / ‖x‖: what points along x does not change it.
    private func addFeatureGradient(of node: Int, _ unitGradient: Tensor, to target: Tensor) {
        let (unit, outer, result) = (unit.values, unitGradient.values, target.values)
        let inverse = inverseLength.values[node]
        var along: Float = 0
        for index in node * h..<(node + 1) * h { along += unit[index] * outer[index] }
        for index in node * h..<(node + 1) * h { result[index] += (outer[index] - along * unit[index]) * inverse }
    }
}
