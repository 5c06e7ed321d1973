import VUEMO

/// Everything that decides the numbers of a run, except the store itself.
///
/// The key of a property in files and after `--set` is its path here, for example `optimizer.learningRate`.
/// Values given here are those of a dataset without a preset; `Preset` says where the published runs differ.
public struct RunConfiguration: Equatable, Sendable {
    /// What is computed.
    public var model = ModelSettings()
    /// How long, on what and with which loss it is trained.
    public var training = TrainingSettings()
    /// How parameters are changed.
    public var optimizer = OptimizerSettings()

    /// The defaults.
    public init() {}
}

/// The keys under `model`.
public struct ModelSettings: Equatable, Sendable {
    /// `released` computes what the authors' public code computes, `corrected` what the paper's words describe.
    public var variant = Variant.released
    /// The modalities in use, out of audio, visual and text (l).
    public var modalities = Modalities.all
    /// H, the width of every hidden vector; even, because each direction of the GRU has half of it.
    public var hiddenSize = 512
    /// K, the convolutions that make the virtual unified emotion.
    public var vueLayers = 4
    /// L, the layers of the hypergraph.
    public var hypergraphLayers = 8
    /// How each text feature layer is normalised.
    public var textNorm = TextNorm.batch
    /// Whether the summed text layers are projected to H before the GRU (IEMOCAP does, MELD does not).
    public var projectText = true
    /// Whether the speaker's embedding is added to the text stream.
    public var speakerEmbedding = true
    /// The probability of the model's dropouts; 0 switches every one off.
    public var dropout = 0.5
}

/// The keys under `training`.
public struct TrainingSettings: Equatable, Sendable {
    /// Passes over the training dialogues.
    public var epochs = 100
    /// Dialogues in a minibatch.
    public var batchSize = 16
    /// The seed of initialisation, order and dropout.
    public var seed: UInt64 = 1475
    /// Which splits are trained on, chosen on and tested on.
    public var `protocol` = TrainingProtocol.sound
    /// Whether every epoch visits the dialogues in another order.
    public var shuffle = true
    /// What training minimises.
    public var loss = LossFunction.weightedNLL
    /// γ of both focal losses.
    public var focalGamma = 2.5
    /// Class frequencies whose inverses weigh the weighted loss; empty until they are counted on the training dialogues.
    public var classFrequencies: [Double] = []
    /// Threads of the engine. Bits depend on it where OpenBLAS makes the products: on processors without AVX-512.
    public var threads = 1
    /// Minibatches that the reader prepares ahead. Bits do not depend on it.
    public var prefetch = 1
}

/// The keys under `optimizer` (AdamW).
public struct OptimizerSettings: Equatable, Sendable {
    /// Step size.
    public var learningRate = 1e-4
    /// Decoupled from the gradient (Loshchilov and Hutter, 2019).
    public var weightDecay = 3e-5
    /// Decay of the first moment.
    public var beta1 = 0.9
    /// Decay of the second moment.
    public var beta2 = 0.999
    /// Added to the root of the second moment.
    public var epsilon = 1e-8
}

/// Which splits a run trains on, chooses its epoch on, and tests on.
public enum TrainingProtocol: String, Sendable, CaseIterable {
    /// Train on train, choose the epoch on valid, touch test once.
    case sound
    /// The public code's: train on train and valid, report the epoch that is best on test. Only for comparison with published tables.
    case paper
}

/// The loss that training minimises.
public enum LossFunction: String, Sendable, CaseIterable {
    /// Negative log-likelihood weighted by inverse class frequency, divided by the batch's sum of weights.
    case weightedNLL = "weighted-nll"
    /// The public code's focal loss, with the log-probability in the place of the probability.
    case focalReleased = "focal-released"
    /// The focal loss of Lin et al. (2017).
    case focal
    case crossEntropy = "cross-entropy"
}
