import CKernels
import Tensors

/// The hyperedges that VUEMO puts on one utterance, as sets of streams. Streams are numbered in the order of the stack, the
/// modalities first, g last.
public struct UtteranceHyperedges: Sendable, Equatable {
    /// For every hyperedge the streams it joins.
    public let members: [[Int]]

    /// A list of hyperedges, in the order that numbers their weights.
    public init(members: [[Int]]) { self.members = members }
}

/// How hyperedges and nodes find their weights.
public enum HypergraphWeighting: Sendable {
    /// One weight per position in the minibatch's list: per dialogue the stream hyperedges, then utterance after utterance;
    /// nodes stream after stream.
    case positional
    /// One weight per stream hyperedge and kind of utterance hyperedge, and one per stream of nodes.
    case byKind
}

extension Tape {
    /// L layers of hypergraph convolution on every dialogue's (M + 1)·n nodes, with the input added to the result.
    ///
    /// Edge mean m_e = Σ_{i∈e} x_i / Σ_{i∈e} u_i; node x_i = leakyReLU_0.01(Σ_{e∋i} m_e / Σ_{e∋i} w_e + bias_layer), 1/0 = 0.
    /// Hyperedges are one per stream over all its nodes, then `hyperedges` on every utterance. Because an utterance's edges
    /// join only its own S nodes, a layer is one S×S matrix per utterance and the streams' sums: no edge list is built. All
    /// layers of a dialogue run while its rows are in the core's cache; the backward makes them again instead of storing them.
    ///
    /// - Parameters:
    ///   - x: [N, S·H]
    ///   - edgeWeight: w, [1, ·]; `nodeWeight` u, [1, ·]; sizes as `weighting` needs them
    ///   - biases: L of [1, H]
    public func hypergraph(
        _ x: Variable, edgeWeight: Variable, nodeWeight: Variable, biases: [Variable], hyperedges: UtteranceHyperedges,
        weighting: HypergraphWeighting, streams: Int, lengths: [Int]
    ) -> Variable {
        let graph = Hypergraph(
            streams: streams, h: x.columns / streams, lengths: lengths, hyperedges: hyperedges, weighting: weighting)
        precondition(edgeWeight.value.count >= graph.edgeWeights && nodeWeight.value.count >= graph.nodeWeights)
        let out = Tensor(rows: x.rows, columns: x.columns)
        Compute.forEach(lengths.count) { dialogue in
            let mixing = graph.mixing(dialogue, edgeWeight: edgeWeight.value, nodeWeight: nodeWeight.value)
            let rows = graph.spans[dialogue]
            let last = graph.layers(x.value.rows(rows), mixing: mixing, biases: biases, keepingAll: false).last!
            let result = out.rows(rows)
            ck_add(result.pointer, last.value.pointer, x.value.rows(rows).pointer, result.count)
        }
        return record(out, inputs: [x, edgeWeight, nodeWeight] + biases) { gradient in
            let xGradient = Tensor(rows: x.rows, columns: x.columns)
            let edgeTarget = edgeWeight.slot.toAddTo(), nodeTarget = nodeWeight.slot.toAddTo()
            // Sums over dialogues are added in the dialogues' order afterwards, so that they do not depend on timing.
            let biasParts = Tensor(rows: lengths.count, columns: biases.count * graph.h, repeating: 0)
            var weightParts = [Hypergraph.WeightGradients?](repeating: nil, count: lengths.count)
            weightParts.withUnsafeMutableBufferPointer { parts in
                nonisolated(unsafe) let parts = parts
                Compute.forEach(lengths.count) { dialogue in
                    parts[dialogue] = graph.backward(
                        dialogue, x: x.value, gradient: gradient, xGradient: xGradient, edgeWeight: edgeWeight.value,
                        nodeWeight: nodeWeight.value, biases: biases, biasGradient: biasParts.rows(dialogue..<dialogue + 1))
                }
            }
            for (dialogue, part) in weightParts.enumerated() {
                graph.add(part!, of: dialogue, toEdges: edgeTarget, nodes: nodeTarget)
            }
            for (layer, bias) in biases.enumerated() {
                biasParts.matrix(columns: layer * graph.h..<(layer + 1) * graph.h).addColumnSums(to: bias.slot.toAddTo().pointer)
            }
            x.slot.accumulate(xGradient)
        }
    }
}

/// The hypergraphs of a minibatch's dialogues, as per-utterance mixing matrices.
private struct Hypergraph {
    let streams: Int
    let h: Int
    let lengths: [Int]
    let spans: DialogueSpans
    let hyperedges: [[Int]]
    let weighting: HypergraphWeighting
    private let firstEdge: [Int]
    private let firstNode: [Int]
    /// Edge and node weights in use.
    let edgeWeights: Int
    let nodeWeights: Int

    /// A dialogue's layer as numbers: `mix` [n, S, S] and `scale` [n, S], and the reciprocals they are made of.
    struct Mixing {
        let mix: Tensor
        let scale: Tensor
        /// 1 / Σ_{e∋i} w_e for node (utterance, stream).
        let nodeInverse: [Float]
        /// 1 / Σ_{i∈e} u_i for every hyperedge, the stream hyperedges first.
        let edgeInverse: [Float]
    }

    struct WeightGradients {
        let edges: [Float]
        let nodes: [Float]
    }

    init(streams: Int, h: Int, lengths: [Int], hyperedges: UtteranceHyperedges, weighting: HypergraphWeighting) {
        precondition((2...4).contains(streams))
        self.streams = streams
        self.h = h
        self.lengths = lengths
        self.hyperedges = hyperedges.members
        self.weighting = weighting
        spans = DialogueSpans(lengths)
        var edges: [Int] = [], nodes: [Int] = [], edge = 0, node = 0
        for length in lengths {
            edges.append(edge)
            nodes.append(node)
            edge += streams + length * hyperedges.members.count
            node += streams * length
        }
        firstEdge = edges
        firstNode = nodes
        edgeWeights = weighting == .positional ? edge : streams + hyperedges.members.count
        nodeWeights = weighting == .positional ? node : streams
    }

    /// Where the weight of a dialogue's e-th hyperedge stands.
    private func edgeIndex(_ dialogue: Int, _ edge: Int) -> Int {
        switch weighting {
        case .positional: firstEdge[dialogue] + edge
        case .byKind: edge < streams ? edge : streams + (edge - streams) % hyperedges.count
        }
    }

    /// Where the weight of the node of a stream and an utterance stands.
    private func nodeIndex(_ dialogue: Int, _ stream: Int, _ utterance: Int) -> Int {
        switch weighting {
        case .positional: firstNode[dialogue] + stream * lengths[dialogue] + utterance
        case .byKind: stream
        }
    }

    private static func inverse(_ x: Float) -> Float { x == 0 ? 0 : 1 / x }

    func mixing(_ dialogue: Int, edgeWeight: Tensor, nodeWeight: Tensor) -> Mixing {
        let n = lengths[dialogue], kinds = hyperedges.count
        let w = edgeWeight.pointer, u = nodeWeight.pointer
        var edgeInverse = [Float](repeating: 0, count: streams + n * kinds)
        for stream in 0..<streams {
            var sum: Float = 0
            for utterance in 0..<n { sum += u[nodeIndex(dialogue, stream, utterance)] }
            edgeInverse[stream] = Self.inverse(sum)
        }
        var nodeInverse = [Float](repeating: 0, count: n * streams)
        let mix = Tensor(rows: n, columns: streams * streams, repeating: 0), scale = Tensor(rows: n, columns: streams)
        for utterance in 0..<n {
            let firstEdge = streams + utterance * kinds
            for (kind, members) in hyperedges.enumerated() {
                var sum: Float = 0
                for stream in members { sum += u[nodeIndex(dialogue, stream, utterance)] }
                edgeInverse[firstEdge + kind] = Self.inverse(sum)
            }
            for stream in 0..<streams {
                var degree = w[edgeIndex(dialogue, stream)]
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    degree += w[edgeIndex(dialogue, firstEdge + kind)]
                }
                let inverse = Self.inverse(degree)
                nodeInverse[utterance * streams + stream] = inverse
                scale.pointer[utterance * streams + stream] = inverse * edgeInverse[stream]
                let row = mix.pointer + (utterance * streams + stream) * streams
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    for member in members { row[member] += inverse * edgeInverse[firstEdge + kind] }
                }
            }
        }
        return Mixing(mix: mix, scale: scale, nodeInverse: nodeInverse, edgeInverse: edgeInverse)
    }

    /// The input and every layer's output with the streams' sums of each; only the last pair unless all are kept.
    func layers(_ x: Tensor, mixing: Mixing, biases: [Variable], keepingAll: Bool) -> [(value: Tensor, sums: Tensor)] {
        func sums(_ value: Tensor) -> Tensor {
            let result = Tensor(rows: 1, columns: value.columns, repeating: 0)
            ck_accumulate_column_sums(result.pointer, value.pointer, value.rows, value.columns, value.columns)
            return result
        }
        var all = [(value: x, sums: sums(x))]
        for bias in biases {
            let current = all.last!, next = Tensor(rows: x.rows, columns: x.columns)
            ck_hypergraph_layer(
                next.pointer, current.value.pointer, current.sums.pointer, mixing.mix.pointer, mixing.scale.pointer,
                bias.value.pointer, x.rows, streams, h)
            if !keepingAll { all.removeAll(keepingCapacity: true) }
            all.append((next, sums(next)))
        }
        return all
    }

    func backward(
        _ dialogue: Int, x: Tensor, gradient: Tensor, xGradient: Tensor, edgeWeight: Tensor, nodeWeight: Tensor,
        biases: [Variable], biasGradient: Tensor
    ) -> WeightGradients {
        let rows = spans[dialogue], n = rows.count
        let mixing = mixing(dialogue, edgeWeight: edgeWeight, nodeWeight: nodeWeight)
        let all = layers(x.rows(rows), mixing: mixing, biases: biases, keepingAll: true)
        let mixGradient = Tensor(rows: n, columns: streams * streams, repeating: 0)
        let scaleGradient = Tensor(rows: n, columns: streams, repeating: 0)
        let current = xGradient.rows(rows)
        current.pointer.update(from: gradient.rows(rows).pointer, count: current.count)
        for layer in biases.indices.reversed() {
            let sumsGradient = Tensor(rows: 1, columns: streams * h, repeating: 0)
            ck_hypergraph_layer_backward(
                current.pointer, sumsGradient.pointer, all[layer + 1].value.pointer, all[layer].value.pointer,
                all[layer].sums.pointer, mixing.mix.pointer, mixing.scale.pointer, mixGradient.pointer, scaleGradient.pointer,
                biasGradient.pointer + layer * h, n, streams, h)
            for row in 0..<n { ck_add_scaled(current.pointer + row * streams * h, sumsGradient.pointer, 1, streams * h) }
        }
        current.add(gradient.rows(rows))
        return weightGradients(mixing, n: n, mixGradient: mixGradient, scaleGradient: scaleGradient)
    }

    /// From the mixing matrices back to the weights: d(1/s)/ds = −(1/s)².
    private func weightGradients(_ mixing: Mixing, n: Int, mixGradient: Tensor, scaleGradient: Tensor) -> WeightGradients {
        let kinds = hyperedges.count
        var edgeInverseGradient = [Float](repeating: 0, count: mixing.edgeInverse.count)
        var edges = [Float](repeating: 0, count: mixing.edgeInverse.count)
        var nodes = [Float](repeating: 0, count: n * streams)
        for utterance in 0..<n {
            let firstEdge = streams + utterance * kinds
            for stream in 0..<streams {
                let node = utterance * streams + stream
                let inverse = mixing.nodeInverse[node]
                let scaleGradient = scaleGradient.pointer[node]
                var inverseGradient = scaleGradient * mixing.edgeInverse[stream]
                edgeInverseGradient[stream] += scaleGradient * inverse
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    var sum: Float = 0
                    for member in members { sum += mixGradient.pointer[node * streams + member] }
                    inverseGradient += sum * mixing.edgeInverse[firstEdge + kind]
                    edgeInverseGradient[firstEdge + kind] += sum * inverse
                }
                let degreeGradient = -inverseGradient * inverse * inverse
                edges[stream] += degreeGradient
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    edges[firstEdge + kind] += degreeGradient
                }
            }
        }
        for edge in edgeInverseGradient.indices { edgeInverseGradient[edge] *= -mixing.edgeInverse[edge] * mixing.edgeInverse[edge] }
        for utterance in 0..<n {
            for stream in 0..<streams { nodes[stream * n + utterance] += edgeInverseGradient[stream] }
            for (kind, members) in hyperedges.enumerated() {
                let gradient = edgeInverseGradient[streams + utterance * kinds + kind]
                for stream in members { nodes[stream * n + utterance] += gradient }
            }
        }
        return WeightGradients(edges: edges, nodes: nodes)
    }

    func add(_ part: WeightGradients, of dialogue: Int, toEdges edges: Tensor, nodes: Tensor) {
        for (edge, gradient) in part.edges.enumerated() { edges.pointer[edgeIndex(dialogue, edge)] += gradient }
        let n = lengths[dialogue]
        for stream in 0..<streams {
            for utterance in 0..<n {
                nodes.pointer[nodeIndex(dialogue, stream, utterance)] += part.nodes[stream * n + utterance]
            }
        }
    }
}
