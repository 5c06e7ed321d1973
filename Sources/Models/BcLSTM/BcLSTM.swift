import Autodiff
import Configuration
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// The hyperparameters of bc-LSTM: the keys under `model`.
public struct BcLSTMKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let hiddenSize = Key(100, in: 1...65_536, "The width of one direction of the LSTM.")
    public let layers = Key(2, in: 1...1000, "The layers of the LSTM.")
    public let denseSize = Key(100, in: 1...65_536, "The width of the dense layer between the LSTM and the classifier.")
    public let dropout = Key(
        dropout: 0.5, "The probability of dropout between the LSTM's layers and before the classifier.")

    public static let table = KeyTable(BcLSTMKeys())
}

/// bc-LSTM, a bidirectional contextual LSTM (Poria et al., ACL 2017) in the form in which this field compares with it: the features
/// side by side, a bidirectional LSTM over each dialogue, a dense layer with ReLU, a classifier. A dialogue's result does not depend
/// on its neighbours in the minibatch.
public final class BcLSTM: ConversationModel {
    /// All parameters.
    public let parameters: ParameterStore
    private let settings: Settings<BcLSTMKeys>
    private let modules: Modules

    private struct Modules {
        let lstm: BidirectionalLSTM
        let dense: Linear
        let classify: Linear
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ settings: Settings<BcLSTMKeys>, _ shape: DatasetShape, seed: UInt64) {
        self.settings = settings
        let h = settings.hiddenSize
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                lstm: BidirectionalLSTM(
                    p.scope("lstm"), inputs: shape.width(of: settings.modalities), hidden: h, layers: settings.layers),
                dense: Linear(p.scope("dense"), inputs: 2 * h, outputs: settings.denseSize),
                classify: Linear(p.scope("classify"), inputs: settings.denseSize, outputs: shape.classes))
        }
    }

    /// Computes a minibatch. Offers "fused", the input of the classifier before dropout, [N, denseSize].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        let x = tape.stackStreams(batch.features(of: settings.modalities).map(Variable.constant))
        let layout = SequenceLayout(packing: batch.lengths)
        let dropout = Float(settings.dropout)
        let states = modules.lstm(x, layout: layout, inputRow: layout.source, dropout: dropout, on: tape)
        let fused = modules.dense(tape.gatherRows(states, layout.rowOfUtterance), on: tape, relu: true)
        stages?.offer("fused", fused)
        return tape.logSoftmax(modules.classify(tape.dropout(fused, probability: dropout), on: tape))
    }

    /// Every minibatch can be computed.
    public func check(_ shape: BatchShape) throws(BatchError) {}
}

extension BcLSTM {
    /// The baseline.
    public static let definition = ModelDefinition(
        "bclstm", "bc-LSTM, a bidirectional LSTM over the features side by side (Poria et al., ACL 2017).",
        keys: BcLSTMKeys.self, label: { _ in "bclstm" }, speakers: { _ in .nothing },
        make: { settings, shape, seed, _ in BcLSTM(settings, shape, seed: seed) })
}
