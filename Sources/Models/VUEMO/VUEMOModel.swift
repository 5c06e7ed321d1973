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
        let vue: VirtualUnifiedEmotion?
        let gai: GlobalAttentionInteraction?
        let lgl: LocalGraphLearning?
        let classify: Linear
    }

    /// A forward pass's result and what it went through.
    public struct Output {
        /// log p of every class for every utterance, [N, C].
        public let logProbabilities: Variable
        /// The streams of the modalities, [N, H] each, in the order l, a, v.
        public let features: [Variable]
        /// The virtual unified emotion g, [N, H]; nil where it is switched off.
        package let vue: Variable?
        /// After the global attention interaction, [N·S, H]; nil where it is switched off.
        package let gai: Variable?
        /// After local graph learning, [N, S·H]; nil where it is switched off.
        package let lgl: Variable?
        /// What the classifier gets, [N, S·H].
        let fused: Variable
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ configuration: VUEMOConfiguration, seed: UInt64) {
        self.configuration = configuration
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                unimodal: UnimodalFeatures(p, configuration),
                vue: configuration.vue
                    ? VirtualUnifiedEmotion(
                        p.scope("vue"), hidden: configuration.hiddenSize, modalities: configuration.modalities.count,
                        layers: configuration.vueLayers) : nil,
                gai: configuration.gai == .off ? nil : GlobalAttentionInteraction(p.scope("gai"), configuration),
                lgl: configuration.lgl ? LocalGraphLearning(p.scope("lgl"), configuration) : nil,
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
        let g = modules.vue?(features, lengths: input.lengths, on: tape)
        let streams = features + (g.map { [$0] } ?? [])
        let gai = modules.gai?(streams, lengths: input.lengths, on: tape)
        let (n, h) = (input.utterances, configuration.hiddenSize)
        let nodes = gai ?? tape.reshape(tape.stackStreams(streams), rows: n * streams.count, columns: h)
        let lgl = modules.lgl?(nodes, lengths: input.lengths, on: tape)
        let fused = tape.dropoutReLU(
            lgl ?? tape.reshape(nodes, rows: n, columns: streams.count * h),
            probability: configuration.dropoutProbability)
        let logProbabilities = tape.logSoftmax(modules.classify(fused, on: tape))
        return Output(logProbabilities: logProbabilities, features: features, vue: g, gai: gai, lgl: lgl, fused: fused)
    }

    /// Computes a minibatch. Offers "unimodal.l", "unimodal.a", "unimodal.v", "vue" [N, H], "gai" [N·S, H], "lgl" and "fused" [N, S·H],
    /// as far as these are computed.
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        let output = try forward(batch, on: tape)
        if let stages {
            stages.offer(unimodal: output.features, of: configuration.modalities)
            for (name, stage) in [
                ("vue", output.vue), ("gai", output.gai), ("lgl", output.lgl), ("fused", output.fused),
            ] {
                if let stage { stages.offer(name, stage) }
            }
        }
        return output.logProbabilities
    }

    /// The released variant has one weight per hyperedge and per node of a minibatch.
    public func check(_ shape: BatchShape) throws(BatchError) {
        guard configuration.variant == .released, configuration.lgl else { return }
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
            guard settings.hiddenSize % 2 == 0 else {
                return
                    "model.hiddenSize must be even, not \(settings.hiddenSize): each direction of the GRU or LSTM has half of it"
            }
            if [.transformer, .none].contains(settings.encoder), !settings.projectText,
                settings.modalities.contains(.text)
            {
                return
                    "model.encoder=\(settings.encoder.rawValue) needs model.projectText=true: without it, nothing brings the text features to the width H"
            }
            return settings.idleSwitch
        },
        misfit: { settings, shape in
            guard case .numbers(let numbers) = settings.textLayers, let last = numbers.last, last > shape.textLayers
            else { return nil }
            return "model.textLayers names layer \(last), but the store has \(shape.textLayers); leave it out"
        },
        withoutEffect: { $0.unusedKeys },
        speakers: { $0.modalities.contains(.text) && $0.speakerEmbedding ? .persons : .nothing },
        pytorch: String(decoding: PackageResources.vuemo_py, as: UTF8.self),
        beyondPyTorch: { $0.thrownSwitch }, published: VUEMOPublishedNames.names,
        publishedSettings: VUEMOPublishedNames.settings,
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
