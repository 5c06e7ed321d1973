import Autodiff
import Conversations
import NeuralNetworks

/// A hypergraph over the real modalities and the VUE (LGL).
struct LocalGraphLearning {
    private let project: Linear
    private let hyperedgeWeight: Parameter
    private let nodeWeight: Parameter
    private let biases: [Parameter]
    private let hyperedges: UtteranceHyperedges
    private let configuration: VUEMOConfiguration

    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration) {
        self.configuration = configuration
        hyperedges = Self.hyperedges(configuration.modalities, withVUE: configuration.vue)
        let h = configuration.hiddenSize
        let streams = configuration.streams
        let released = configuration.variant == .released
        hyperedgeWeight = p.declare(
            "hyperedge_weight", [released ? configuration.maximumHyperedges : streams + hyperedges.members.count],
            .constant(1))
        nodeWeight = p.declare("node_weight", [released ? configuration.maximumNodes : streams], .constant(1))
        project = Linear(p.scope("project"), inputs: h, outputs: h)
        biases = (0..<configuration.hypergraphLayers).map { p.scope("biases").declare(String($0), [h], .constant(0)) }
    }

    /// An utterance's hyperedges in the public code's order: pairs {l,a,g}, {l,v,g}, {a,v,g}, then {a,g}, {v,g}, {l,g}.
    ///
    /// Without g they are {l,a}, {l,v} and {a,v}: what would be left of the others joins nothing.
    static func hyperedges(_ modalities: Modalities, withVUE: Bool) -> UtteranceHyperedges {
        let members = modalities.members
        let g = members.count
        var sets: [[Int]] = []
        for first in members.indices {
            for second in members.indices where second > first { sets.append([first, second] + (withVUE ? [g] : [])) }
        }
        guard withVUE else { return UtteranceHyperedges(members: sets) }
        for kind in [Modality.audio, .visual, .text] {
            if let stream = members.firstIndex(of: kind) { sets.append([stream, g]) }
        }
        return UtteranceHyperedges(members: sets)
    }

    /// [N·S, H] → [N, S·H].
    func callAsFunction(_ x: Variable, lengths: [Int], on tape: Tape) -> Variable {
        let streams = configuration.streams
        let n = x.rows / streams
        let x1 = tape.reshape(project(x, on: tape), rows: n, columns: streams * configuration.hiddenSize)
        return tape.hypergraph(
            x1, edgeWeight: hyperedgeWeight.variable, nodeWeight: nodeWeight.variable, biases: biases.map(\.variable),
            hyperedges: hyperedges, weighting: configuration.variant == .released ? .positional : .byKind,
            streams: streams,
            lengths: lengths)
    }
}
