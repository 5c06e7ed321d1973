import Concurrency
import Tensors

/// The hyperedges that a model puts on one utterance, as sets of streams. Streams are numbered in the order of the stack: the
/// modalities, and after them VUEMO's g.
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
    /// L layers of hypergraph convolution on every dialogue's S·n nodes.
    ///
    /// Edge mean m_e = Σ_{i∈e} x_i / Σ_{i∈e} u_i; node x_i = leakyReLU_0.01(Σ_{e∋i} m_e / Σ_{e∋i} w_e + bias_layer), 1/0 = 0.
    /// Hyperedges are one per stream over all its nodes, then `hyperedges` on every utterance. Because an utterance's edges
    /// join only its own S nodes, a layer is one S×S matrix per utterance and the streams' sums: no edge list is built. Columns
    /// never meet: all layers run over a few columns while these are in the nearest cache, and the backward makes them again
    /// instead of storing them.
    ///
    /// - Parameters:
    ///   - x: [N, S·H]
    ///   - edgeWeight: w, [1, ·]; `nodeWeight` u, [1, ·]; sizes as `weighting` needs them
    ///   - biases: L of [1, H]
    ///   - residual: whether x is added to the result, as VUEMO does
    public func hypergraph(
        _ x: Variable, edgeWeight: Variable, nodeWeight: Variable, biases: [Variable], hyperedges: UtteranceHyperedges,
        weighting: HypergraphWeighting, residual: Bool = true, streams: Int, lengths: [Int]
    ) -> Variable {
        let h = x.columns / streams
        let layers = biases.count
        let graph = HypergraphMixing(streams: streams, lengths: lengths, hyperedges: hyperedges, weighting: weighting)
        precondition(edgeWeight.value.count >= graph.edgeWeights && nodeWeight.value.count >= graph.nodeWeights)
        let mixings = graph.mixings(edgeWeight: edgeWeight.value, nodeWeight: nodeWeight.value)
        let stackedBiases = Tensor(rows: layers, columns: h)
        for (layer, bias) in biases.enumerated() {
            Kernels.copy(bias.value.matrix, to: stackedBiases.rows(layer..<layer + 1).matrix)
        }
        let parts = ColumnParts(dialogues: lengths.count, columns: h)
        let out = Tensor(rows: x.rows, columns: x.columns)
        parts.forEach { dialogue, _, columns in
            let rows = graph.spans[dialogue]
            Kernels.hypergraph(
                x.value.rows(rows), mixings[dialogue].layers(biases: stackedBiases, residual: residual),
                columns: columns, into: out.rows(rows))
        }
        return record(out, inputs: [x, edgeWeight, nodeWeight] + biases) { gradient in
            let xGradient = Tensor(rows: x.rows, columns: x.columns)
            // Sums over columns and dialogues are added in order afterwards, so that they do not depend on timing.
            let mixParts = Tensor(rows: parts.count * x.rows, columns: streams * streams)
            let scaleParts = Tensor(rows: parts.count * x.rows, columns: streams)
            let biasParts = Tensor(rows: lengths.count, columns: layers * h)
            parts.forEach { dialogue, part, columns in
                let rows = graph.spans[dialogue]
                let own = part * x.rows + rows.lowerBound..<part * x.rows + rows.upperBound
                Kernels.hypergraphBackward(
                    gradient.rows(rows), x: x.value.rows(rows),
                    mixings[dialogue].layers(biases: stackedBiases, residual: residual),
                    columns: columns, into: xGradient.rows(rows), mix: mixParts.rows(own), scale: scaleParts.rows(own),
                    biases: biasParts.rows(dialogue..<dialogue + 1))
            }
            let mixGradient = mixParts.rows(0..<x.rows)
            let scaleGradient = scaleParts.rows(0..<x.rows)
            for part in 1..<max(1, parts.count) {
                mixGradient.add(mixParts.rows(part * x.rows..<(part + 1) * x.rows))
                scaleGradient.add(scaleParts.rows(part * x.rows..<(part + 1) * x.rows))
            }
            graph.addWeightGradients(
                mixings, mixGradient: mixGradient, scaleGradient: scaleGradient, toEdges: edgeWeight.slot.toAddTo(),
                nodes: nodeWeight.slot.toAddTo())
            for (layer, bias) in biases.enumerated() {
                Kernels.addColumnSums(
                    of: biasParts.matrix(columns: layer * h..<(layer + 1) * h), to: bias.slot.toAddTo().matrix)
            }
            x.slot.accumulate(xGradient)
        }
    }
}

/// Dialogues times groups of columns: pieces of work of which every core gets its share, even of a single dialogue. The groups
/// do not depend on the number of threads.
private struct ColumnParts {
    private static let width = 128
    private let dialogues: Int
    private let columns: Int
    /// Groups of columns.
    let count: Int

    init(dialogues: Int, columns: Int) {
        self.dialogues = dialogues
        self.columns = columns
        count = (columns + Self.width - 1) / Self.width
    }

    func forEach(_ body: (_ dialogue: Int, _ part: Int, _ columns: Range<Int>) -> Void) {
        Compute.forEach(dialogues * count) { task in
            let part = task % count
            let first = part * Self.width
            body(task / count, part, first..<min(columns, first + Self.width))
        }
    }
}
