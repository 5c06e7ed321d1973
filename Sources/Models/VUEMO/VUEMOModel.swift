import Autodiff
import ConversationModels
import NeuralNetworks
import Tensors

/// VUEMO: unimodal features, the virtual unified emotion (VUE), global attention interaction (GAI), local graph learning (LGL)
/// and a classifier for every utterance.
///
/// Parameters carry the names of the reference ("vue.gates.0.weight"), which follow PyTorch's.
public final class VUEMOModel: ConversationModel {
    /// What the model computes and how wide it is.
    public let configuration: VUEMOConfiguration
    /// All parameters and running statistics.
    public let parameters: ParameterStore
    private let modules: Modules

    private struct Modules {
        let unimodal: UnimodalFeatures
        let vue: VirtualUnifiedEmotion
        let gai: GlobalAttentionInteraction
        let lgl: LocalGraphLearning
        let classify: Linear
    }

    /// A forward pass's result and what it went through.
    public struct Output {
        /// log p of every class for every utterance, [N, C].
        public let logProbabilities: Variable
        /// The streams of the modalities, [N, H] each, in the order l, a, v.
        public let features: [Variable]
        /// The virtual unified emotion g, [N, H].
        package let vue: Variable
        /// After the global attention interaction, [N·S, H].
        package let gai: Variable
        /// After local graph learning, [N, S·H].
        package let lgl: Variable
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ configuration: VUEMOConfiguration, seed: UInt64) {
        self.configuration = configuration
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                unimodal: UnimodalFeatures(p, configuration),
                vue: VirtualUnifiedEmotion(
                    p.scope("vue"), hidden: configuration.hiddenSize, modalities: configuration.modalities.count,
                    layers: configuration.vueLayers),
                gai: GlobalAttentionInteraction(p.scope("gai"), configuration),
                lgl: LocalGraphLearning(p.scope("lgl"), configuration),
                classify: Linear(
                    p.scope("classify"), inputs: configuration.hiddenSize * configuration.streams,
                    outputs: configuration.classes))
        }
    }

    /// Computes a minibatch.
    ///
    /// - Throws: `BatchError` where the minibatch has more positions than the released variant's weights
    public func forward(_ input: ConversationBatch, on tape: Tape) throws(BatchError) -> Output {
        precondition(
            input.lengths.reduce(0, +) == input.utterances && input.utterances > 0, "lengths add up to the utterances")
        try check(input.shape)
        let features = modules.unimodal(input, on: tape)
        let g = modules.vue(features, lengths: input.lengths, on: tape)
        let gai = modules.gai(features + [g], lengths: input.lengths, on: tape)
        let lgl = modules.lgl(gai, lengths: input.lengths, on: tape)
        let fused = tape.dropoutReLU(lgl, probability: configuration.dropoutProbability)
        let logProbabilities = tape.logSoftmax(modules.classify(fused, on: tape))
        return Output(logProbabilities: logProbabilities, features: features, vue: g, gai: gai, lgl: lgl)
    }

    /// Computes a minibatch. Offers "unimodal.l", "unimodal.a", "unimodal.v", "vue" [N, H], "gai" [N·S, H] and "lgl" [N, S·H].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        let output = try forward(batch, on: tape)
        if let stages {
            for (modality, feature) in zip(configuration.modalities.members, output.features) {
                stages.offer("unimodal.\(modality.letter)", feature)
            }
            stages.offer("vue", output.vue)
            stages.offer("gai", output.gai)
            stages.offer("lgl", output.lgl)
        }
        return output.logProbabilities
    }

    /// The released variant has one weight per hyperedge and per node of a minibatch.
    public func check(_ shape: BatchShape) throws(BatchError) {
        guard configuration.variant == .released else { return }
        try PositionalWeights(hyperedges: configuration.maximumHyperedges, nodes: configuration.maximumNodes)
            .check(hyperedges: configuration.hyperedgeCount(shape), nodes: configuration.nodeCount(shape))
    }
}

extension VUEMOModel {
    /// VUEMO in both variants.
    public static let definition = ModelDefinition(
        "vuemo", "Hypergraph-based global-local virtual unified emotion fusion (Pattern Recognition, 2026).",
        keys: VUEMOKeys.self, presets: ["meld": ["projectText": "false"]],
        label: { $0.variant.rawValue },
        fault: { settings in
            guard settings.hiddenSize % 2 != 0 else { return nil }
            return "model.hiddenSize must be even, not \(settings.hiddenSize): each direction of the GRU has half of it"
        },
        withoutEffect: { settings in
            guard !settings.modalities.contains(.text) else { return [:] }
            let reason = "text is not among model.modalities (\(settings.modalities))"
            return ["textNorm": reason, "projectText": reason, "speakerEmbedding": reason]
        },
        make: { settings, shape, seed, stored in
            var configuration = VUEMOConfiguration(settings, shape)
            if settings.variant == .released {
                // Where a file lacks them, loading will say so together with everything else.
                configuration.maximumHyperedges = stored("lgl.hyperedge_weight") ?? configuration.maximumHyperedges
                configuration.maximumNodes = stored("lgl.node_weight") ?? configuration.maximumNodes
            }
            return VUEMOModel(configuration, seed: seed)
        })
}
