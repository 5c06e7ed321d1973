import Autodiff
import Tensors

/// The stack of hypergraph layers.
enum HypergraphOperations {
    static let layers = 8
    /// Pairs of modalities with g, then every modality with g; streams l, a, v, g.
    static let hyperedges = UtteranceHyperedges(members: [
        [0, 1, 3], [0, 2, 3], [1, 2, 3], [1, 3], [2, 3], [0, 3],
    ])

    static func operations(_ dialogues: Dialogues) -> [Operation] {
        [stack("positional", .positional, dialogues), stack("by kind", .byKind, dialogues)]
    }

    /// Forward, per layer and utterance: a 4×4 matrix times 4 rows, and one multiple of the streams' sums. Backward: each twice.
    /// A dialogue's rows stay in the cache from layer to layer, so memory is read and written once.
    private static func stack(_ name: String, _ weighting: HypergraphWeighting, _ dialogues: Dialogues) -> Operation {
        let n = dialogues.utterances
        let streams = 4
        let h = 512
        let mixing = Cost(operations: 2 * Double(layers * n * streams * (streams + 1) * h))
        let rows = Cost.numbers(n * streams * h)
        return Operation(
            "hypergraph, 8 layers, \(name): \(n) × 4 × 512", forward: mixing + 2 * rows, backward: 2 * mixing + 3 * rows
        ) {
            var make = Inputs()
            let positional = weighting == .positional
            let edges =
                positional
                ? dialogues.count * streams + n * hyperedges.members.count : streams + hyperedges.members.count
            let x = make.tensor(n, streams * h)
            let biases = (0..<layers).map { _ in make.parameter(1, h) }
            let edgeWeight = ones(edges)
            let nodeWeight = ones(positional ? n * streams : streams)
            return {
                $0.hypergraph(
                    Variable(x), edgeWeight: edgeWeight, nodeWeight: nodeWeight, biases: biases, hyperedges: hyperedges,
                    weighting: weighting, streams: streams, lengths: dialogues.lengths)
            }
        }
    }

    private static func ones(_ count: Int) -> Variable {
        Variable(
            parameter: Tensor(rows: 1, columns: count, repeating: 1),
            gradient: Tensor(rows: 1, columns: count, repeating: 0))
    }
}
