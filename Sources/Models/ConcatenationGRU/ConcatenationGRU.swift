import Autodiff
import Configuration
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// The hyperparameters of the baseline: the keys under `model`.
public struct ConcatenationGRUKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let hiddenSize = Key(
        256, in: 1...65_536, "The width of one direction of the GRU, and of every modality's projection.")
    public let layers = Key(2, in: 1...1000, "The layers of the GRU.")
    public let dropout = Key(dropout: 0.5, "The probability of dropout between the layers and before the classifier.")

    public static let table = KeyTable(ConcatenationGRUKeys())
}

/// A plain baseline: the modalities' features, each projected by one linear layer with ReLU, side by side; a bidirectional GRU over
/// each dialogue; a linear classifier for every utterance. A dialogue's result does not depend on its neighbours in the minibatch.
public final class ConcatenationGRU: ConversationModel {
    /// All parameters.
    public let parameters: ParameterStore
    private let settings: Settings<ConcatenationGRUKeys>
    private let modules: Modules

    private struct Modules {
        let text: [Linear]
        let audio: Linear?
        let visual: Linear?
        let context: BidirectionalGRU
        let classify: Linear
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ settings: Settings<ConcatenationGRUKeys>, _ shape: DatasetShape, seed: UInt64) {
        self.settings = settings
        let h = settings.hiddenSize
        let used = settings.modalities
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                text: used.contains(.text)
                    ? (0..<shape.textLayers).map {
                        Linear(p.scope("text").scope($0), inputs: shape.textWidth, outputs: h)
                    } : [],
                audio: used.contains(.audio) ? Linear(p.scope("audio"), inputs: shape.audioWidth, outputs: h) : nil,
                visual: used.contains(.visual) ? Linear(p.scope("visual"), inputs: shape.visualWidth, outputs: h) : nil,
                context: BidirectionalGRU(
                    p.scope("context"), inputs: h * used.count, hidden: h, layers: settings.layers),
                classify: Linear(p.scope("classify"), inputs: 2 * h, outputs: shape.classes))
        }
    }

    /// Computes a minibatch. Offers "fused", the input of the classifier, [N, 2·H].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        func project(_ x: Tensor, _ layer: Linear) -> Variable { layer(.constant(x), on: tape, relu: true) }
        var streams: [Variable] = []
        if !modules.text.isEmpty { streams.append(tape.sum(zip(batch.text, modules.text).map(project))) }
        if let audio = modules.audio, let x = batch.audio { streams.append(project(x, audio)) }
        if let visual = modules.visual, let x = batch.visual { streams.append(project(x, visual)) }
        let layout = SequenceLayout(packing: batch.lengths)
        let dropout = Float(settings.dropout)
        let states = modules.context(
            tape.stackStreams(streams), layout: layout, inputRow: layout.source, dropout: dropout, on: tape)
        let fused = tape.gatherRows(states, layout.rowOfUtterance)
        stages?.offer("fused", fused)
        return tape.logSoftmax(modules.classify(tape.dropout(fused, probability: dropout), on: tape))
    }

    /// Every minibatch can be computed.
    public func check(_ shape: BatchShape) throws(BatchError) {}
}

extension ConcatenationGRU {
    /// The baseline.
    public static let definition = ModelDefinition(
        "gru", "A baseline: the modalities' features side by side, a bidirectional GRU and a linear classifier.",
        keys: ConcatenationGRUKeys.self, label: { _ in "gru" }, speakers: { _ in .nothing },
        make: { settings, shape, seed, _ in ConcatenationGRU(settings, shape, seed: seed) })
}
