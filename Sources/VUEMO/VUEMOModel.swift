import Autodiff
import NeuralNetworks
import Tensors

/// VUEMO: unimodal features, the virtual unified emotion (VUE), global attention interaction (GAI), local graph learning (LGL)
/// and a classifier for every utterance.
///
/// Parameters carry the names of the reference ("vue.gates.0.weight"), which follow PyTorch's.
public final class VUEMOModel {
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
        public let vue: Variable
        /// After the global attention interaction, [N·S, H].
        public let gai: Variable
        /// After local graph learning, [N, S·H].
        public let lgl: Variable
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
    /// - Throws: `ModelInputError` where the minibatch has more positions than the released variant's weights
    public func forward(_ input: ModelInput, on tape: Tape) throws(ModelInputError) -> Output {
        precondition(
            input.lengths.reduce(0, +) == input.utterances && input.utterances > 0, "lengths add up to the utterances")
        let features = modules.unimodal(input, on: tape)
        let g = modules.vue(features, lengths: input.lengths, on: tape)
        let gai = modules.gai(features + [g], lengths: input.lengths, on: tape)
        let lgl = try modules.lgl(gai, lengths: input.lengths, on: tape)
        let fused = tape.dropoutReLU(lgl, probability: configuration.dropout)
        let logProbabilities = tape.logSoftmax(modules.classify(fused, on: tape))
        return Output(logProbabilities: logProbabilities, features: features, vue: g, gai: gai, lgl: lgl)
    }
}
