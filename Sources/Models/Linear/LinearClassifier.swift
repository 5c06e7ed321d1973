import Autodiff
import Configuration
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// The hyperparameters of logistic regression: the keys under `model`.
public struct LinearClassifierKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let standardize = Key(
        true,
        "Whether every feature is brought to mean 0 and deviation 1: over the minibatch in training, over what training saw after it."
    )
    public let dropout = Key(dropout: 0.0, "The probability that a feature is dropped in training.")

    public static let table = KeyTable(LinearClassifierKeys())
}

/// Multinomial logistic regression on an utterance's features, side by side: the text layers, audio, visual. It knows neither
/// speakers nor neighbours; what a model of conversations gains is what it gains over this.
public final class LinearClassifier: ConversationModel {
    /// All parameters and running statistics.
    public let parameters: ParameterStore
    private let settings: Settings<LinearClassifierKeys>
    private let modules: Modules

    private struct Modules {
        let norm: BatchNorm?
        let classify: Linear
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ settings: Settings<LinearClassifierKeys>, _ shape: DatasetShape, seed: UInt64) {
        self.settings = settings
        let width = shape.width(of: settings.modalities)
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                norm: settings.standardize ? BatchNorm(p.scope("norm"), width: width, affine: false) : nil,
                classify: Linear(p.scope("classify"), inputs: width, outputs: shape.classes))
        }
    }

    /// Computes a minibatch. Offers "fused", the input of the classifier, [N, D].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        var x = tape.stackStreams(batch.features(of: settings.modalities).map(Variable.constant))
        if let norm = modules.norm { x = norm(x, paddingRows: 0, on: tape) }
        stages?.offer("fused", x)
        return tape.logSoftmax(modules.classify(tape.dropout(x, probability: Float(settings.dropout)), on: tape))
    }

    /// Every minibatch can be computed.
    public func check(_ shape: BatchShape) throws(BatchError) {}
}

extension LinearClassifier {
    /// Logistic regression.
    public static let definition = ModelDefinition(
        "linear", "Logistic regression on the features side by side: the baseline to look at first.",
        keys: LinearClassifierKeys.self, label: { _ in "linear" }, speakers: { _ in .nothing },
        make: { settings, shape, seed, _ in LinearClassifier(settings, shape, seed: seed) })
}
