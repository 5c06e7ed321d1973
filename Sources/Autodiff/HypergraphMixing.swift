import Concurrency
import Tensors

/// The hypergraphs of a minibatch's dialogues, as per-utterance mixing matrices.
struct HypergraphMixing {
    let spans: DialogueSpans
    private let streams: Int
    private let lengths: [Int]
    private let hyperedges: [[Int]]
    private let weighting: HypergraphWeighting
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

        /// With the biases of all layers, [L, H], what the kernels compute with.
        func layers(biases: Tensor, residual: Bool) -> HypergraphLayers {
            HypergraphLayers(mix: mix, scale: scale, biases: biases, residual: residual)
        }
    }

    private struct WeightGradients {
        let edges: [Float]
        let nodes: [Float]
    }

    init(streams: Int, lengths: [Int], hyperedges: UtteranceHyperedges, weighting: HypergraphWeighting) {
        precondition((1...4).contains(streams))
        self.streams = streams
        self.lengths = lengths
        self.hyperedges = hyperedges.members
        self.weighting = weighting
        spans = DialogueSpans(lengths)
        var edges: [Int] = []
        var nodes: [Int] = []
        var edge = 0
        var node = 0
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

    /// Every dialogue's layer as numbers.
    func mixings(edgeWeight: Tensor, nodeWeight: Tensor) -> [Mixing] {
        var result = [Mixing?](repeating: nil, count: lengths.count)
        result.withUnsafeMutableBufferPointer { result in
            nonisolated(unsafe) let result = result
            Compute.forEach(lengths.count) { result[$0] = mixing($0, edgeWeight: edgeWeight, nodeWeight: nodeWeight) }
        }
        return result.map { $0! }
    }

    private func mixing(_ dialogue: Int, edgeWeight: Tensor, nodeWeight: Tensor) -> Mixing {
        let n = lengths[dialogue]
        let kinds = hyperedges.count
        let w = edgeWeight.values
        let u = nodeWeight.values
        var edgeInverse = [Float](repeating: 0, count: streams + n * kinds)
        for stream in 0..<streams {
            var sum: Float = 0
            for utterance in 0..<n { sum += u[nodeIndex(dialogue, stream, utterance)] }
            edgeInverse[stream] = Self.inverse(sum)
        }
        var nodeInverse = [Float](repeating: 0, count: n * streams)
        let mix = Tensor(rows: n, columns: streams * streams, repeating: 0)
        let scale = Tensor(rows: n, columns: streams)
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
                scale.values[utterance * streams + stream] = inverse * edgeInverse[stream]
                let row = (utterance * streams + stream) * streams
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    for member in members { mix.values[row + member] += inverse * edgeInverse[firstEdge + kind] }
                }
            }
        }
        return Mixing(mix: mix, scale: scale, nodeInverse: nodeInverse, edgeInverse: edgeInverse)
    }

    /// From the gradients of all mixing matrices, [N, S·S] and [N, S], to those of the weights.
    func addWeightGradients(
        _ mixings: [Mixing], mixGradient: Tensor, scaleGradient: Tensor, toEdges edges: Tensor, nodes: Tensor
    ) {
        for (dialogue, mixing) in mixings.enumerated() {
            let rows = spans[dialogue]
            let part = weightGradients(
                mixing, n: rows.count, mixGradient: mixGradient.rows(rows), scaleGradient: scaleGradient.rows(rows))
            add(part, of: dialogue, toEdges: edges, nodes: nodes)
        }
    }

    /// From the mixing matrices back to the weights: d(1/s)/ds = −(1/s)².
    private func weightGradients(_ mixing: Mixing, n: Int, mixGradient: Tensor, scaleGradient: Tensor)
        -> WeightGradients
    {
        let kinds = hyperedges.count
        var edgeInverseGradient = [Float](repeating: 0, count: mixing.edgeInverse.count)
        var edges = [Float](repeating: 0, count: mixing.edgeInverse.count)
        var nodes = [Float](repeating: 0, count: n * streams)
        for utterance in 0..<n {
            let firstEdge = streams + utterance * kinds
            for stream in 0..<streams {
                let node = utterance * streams + stream
                let inverse = mixing.nodeInverse[node]
                let scaleGradient = scaleGradient.values[node]
                var inverseGradient = scaleGradient * mixing.edgeInverse[stream]
                edgeInverseGradient[stream] += scaleGradient * inverse
                for (kind, members) in hyperedges.enumerated() where members.contains(stream) {
                    var sum: Float = 0
                    for member in members { sum += mixGradient.values[node * streams + member] }
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
        for edge in edgeInverseGradient.indices {
            edgeInverseGradient[edge] *= -mixing.edgeInverse[edge] * mixing.edgeInverse[edge]
        }
        for utterance in 0..<n {
            for stream in 0..<streams { nodes[stream * n + utterance] += edgeInverseGradient[stream] }
            for (kind, members) in hyperedges.enumerated() {
                let gradient = edgeInverseGradient[streams + utterance * kinds + kind]
                for stream in members { nodes[stream * n + utterance] += gradient }
            }
        }
        return WeightGradients(edges: edges, nodes: nodes)
    }

    private func add(_ part: WeightGradients, of dialogue: Int, toEdges edges: Tensor, nodes: Tensor) {
        for (edge, gradient) in part.edges.enumerated() { edges.values[edgeIndex(dialogue, edge)] += gradient }
        let n = lengths[dialogue]
        for stream in 0..<streams {
            for utterance in 0..<n {
                nodes.values[nodeIndex(dialogue, stream, utterance)] += part.nodes[stream * n + utterance]
            }
        }
    }
}
