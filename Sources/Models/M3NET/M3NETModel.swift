import Autodiff
import Configuration
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// M3NET (Chen et al., CVPR 2023): a hypergraph of many modalities and a graph of many frequencies, side by side on one shared
/// projection of VUEMO's unimodal features.
///
/// The hypergraph has one hyperedge over each modality of a dialogue and one over the modalities of each utterance, with weights
/// for positions in the minibatch as in the public code. The graph of many frequencies is what VUEMO makes its virtual emotion of.
/// Parameters carry the names of the reference.
public final class M3NETModel: ConversationModel {
    /// All parameters and running statistics.
    public let parameters: ParameterStore
    let settings: Settings<M3NETKeys>
    private let positions: PositionalWeights
    private let modules: Modules

    private struct Modules {
        let unimodal: UnimodalFeatures
        let project: Linear
        let gates: [Linear]
        let hyperedgeWeight: Parameter
        let nodeWeight: Parameter
        let biases: [Parameter]
        let classify: Linear
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    ///
    /// - Parameters:
    ///   - hyperedges, nodes: numbers of positional weights; nil for those of the largest minibatch of the data
    public init(
        _ settings: Settings<M3NETKeys>, _ shape: DatasetShape, hyperedges: Int? = nil, nodes: Int? = nil, seed: UInt64
    ) {
        self.settings = settings
        let positions = PositionalWeights(
            hyperedges: hyperedges ?? Self.hyperedgeCount(settings, shape.largestBatch),
            nodes: nodes ?? Self.nodeCount(settings, shape.largestBatch))
        self.positions = positions
        let h = settings.hiddenSize
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                unimodal: UnimodalFeatures(p, Self.unimodal(settings, shape), pooling: .mean),
                project: Linear(p.scope("project"), inputs: settings.unimodalSize, outputs: h),
                gates: (0..<settings.frequencyLayers).map {
                    Linear(p.scope("gates").scope($0), inputs: 2 * h, outputs: 1)
                },
                hyperedgeWeight: p.declare("hyperedge_weight", [positions.hyperedges], .constant(1)),
                nodeWeight: p.declare("node_weight", [positions.nodes], .constant(1)),
                biases: (0..<settings.hypergraphLayers).map {
                    p.scope("biases").declare(String($0), [h], .constant(0))
                },
                classify: Linear(
                    p.scope("classify"), inputs: 2 * h * settings.modalities.count, outputs: shape.classes))
        }
    }

    /// The unimodal features are those of VUEMO's released variant, padding included.
    private static func unimodal(_ settings: Settings<M3NETKeys>, _ shape: DatasetShape) -> VUEMOConfiguration {
        var result = VUEMOConfiguration(shape)
        result.variant = .released
        result.modalities = settings.modalities
        result.hiddenSize = settings.unimodalSize
        result.textNorm = settings.textNorm
        result.projectText = settings.projectText
        result.speakerEmbedding = settings.speakerEmbedding
        result.dropout = settings.dropout
        return result
    }

    /// Hyperedges of a minibatch: one for each modality of a dialogue, one for each utterance.
    private static func hyperedgeCount(_ settings: Settings<M3NETKeys>, _ batch: BatchShape) -> Int {
        batch.dialogues * settings.modalities.count + batch.utterances
    }

    /// Nodes of a minibatch.
    private static func nodeCount(_ settings: Settings<M3NETKeys>, _ batch: BatchShape) -> Int {
        batch.utterances * settings.modalities.count
    }

    /// Computes a minibatch. Offers "unimodal.l", "unimodal.a", "unimodal.v" [N, ·], "hypergraph" and "frequency" [N, M·H], and
    /// "fused", what the classifier's dropout gets, [N, M·2H].
    ///
    /// - Throws: `BatchError` where the minibatch has more positions than the model has weights
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        try check(batch.shape)
        let h = settings.hiddenSize
        let m = settings.modalities.count
        let n = batch.utterances
        let features = modules.unimodal(batch, on: tape)
        let nodes = tape.reshape(tape.stackStreams(features), rows: n * m, columns: settings.unimodalSize)
        let x = tape.reshape(modules.project(nodes, on: tape), rows: n, columns: m * h)
        let hypergraph = tape.hypergraph(
            x, edgeWeight: modules.hyperedgeWeight.variable, nodeWeight: modules.nodeWeight.variable,
            biases: modules.biases.map(\.variable), hyperedges: UtteranceHyperedges(members: [Array(0..<m)]),
            weighting: .positional, residual: false, streams: m, lengths: batch.lengths)
        let frequency = modules.gates.reduce(x) { y, gate in
            tape.emotionConvolution(y, gate: gate.weight.variable, bias: gate.bias.variable, lengths: batch.lengths)
        }
        // Each modality has its node of both graphs side by side.
        let fused = tape.reshape(
            tape.stackStreams([hypergraph, frequency].map { tape.reshape($0, rows: n * m, columns: h) }),
            rows: n, columns: m * 2 * h)
        if let stages {
            stages.offer(unimodal: features, of: settings.modalities)
            stages.offer("hypergraph", hypergraph)
            stages.offer("frequency", frequency)
            stages.offer("fused", fused)
        }
        let dropped = tape.dropoutReLU(fused, probability: Float(settings.dropout))
        return tape.logSoftmax(modules.classify(dropped, on: tape))
    }

    /// There is one weight for each hyperedge and node of a minibatch.
    public func check(_ shape: BatchShape) throws(BatchError) {
        try positions.check(
            hyperedges: Self.hyperedgeCount(settings, shape), nodes: Self.nodeCount(settings, shape))
    }
}

extension M3NETModel {
    /// M3NET as its public code computes it.
    public static let definition = ModelDefinition(
        "m3net", "M3NET, a multivariate and multi-frequency graph network (Chen et al., CVPR 2023).",
        keys: M3NETKeys.self,
        presets: ["meld": ["projectText": "false", "unimodalSize": "1024", "dropout": "0.4"]],
        label: { _ in "m3net" },
        fault: { settings in
            guard settings.unimodalSize % 2 != 0 else { return nil }
            return
                "model.unimodalSize must be even, not \(settings.unimodalSize): each direction of the GRU has half of it"
        },
        withoutEffect: { settings in
            guard let reason = settings.textless else { return [:] }
            return ["textNorm": reason, "projectText": reason, "speakerEmbedding": reason]
        },
        speakers: { $0.textless == nil && $0.speakerEmbedding ? .persons : .nothing },
        make: { settings, shape, seed, stored in
            // Where a file lacks them, loading will say so together with everything else.
            M3NETModel(
                settings, shape, hyperedges: stored("hyperedge_weight"), nodes: stored("node_weight"), seed: seed)
        })
}
