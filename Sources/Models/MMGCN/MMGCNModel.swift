import Autodiff
import Configuration
import ConversationModels
import Conversations
import Foundation
import NeuralNetworks
import Tensors

/// The hyperparameters of MMGCN: the keys under `model`.
public struct MMGCNKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let unimodalSize = Key(
        200, in: 2...65_536,
        "The width of every modality's features before the graph; even, because each direction of the LSTM has half of it."
    )
    public let hiddenSize = Key(100, in: 1...65_536, "H, the width of a node inside the graph.")
    public let graphLayers = Key(
        4, in: 0...1000, "The graph convolutions. The public code computes 64, whatever it is asked for.")
    public let alpha = Key(
        0.1, "α, the share of the first layer's nodes in every layer.", "a number from 0 to 1"
    ) { $0 >= 0 && $0 <= 1 }
    public let lambda = Key(
        0.5, "λ: layer l trusts its weights by θ = log(λ / l + 1), and the graph by 1 − θ.",
        "a number of at least 0"
    ) { $0 >= 0 && $0.isFinite }
    public let speakerEmbedding = Key(true, "Whether the speaker's embedding is added to the text stream.")
    public let dropout = Key(dropout: 0.4, "The probability of the model's dropouts.")

    public static let table = KeyTable(MMGCNKeys())
}

/// MMGCN (Hu et al., ACL 2021): a deep graph convolution (GCNII) over the utterances and modalities of a dialogue, whose edges weigh
/// what the angle between two nodes' features says. A dialogue's result does not depend on its neighbours in the minibatch.
public final class MMGCNModel: ConversationModel {
    /// All parameters.
    public let parameters: ParameterStore
    private let settings: Settings<MMGCNKeys>
    private let modules: Modules

    private struct Modules {
        let text: Linear?
        let context: BidirectionalLSTM?
        let speaker: Embedding?
        let audio: Linear?
        let visual: Linear?
        let enter: Linear
        let convolutions: [Parameter]
        let classify: Linear
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ settings: Settings<MMGCNKeys>, _ shape: DatasetShape, seed: UInt64) {
        self.settings = settings
        let width = settings.unimodalSize
        let h = settings.hiddenSize
        let used = settings.modalities
        let hasText = used.contains(.text)
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                text: hasText ? Linear(p.scope("text"), inputs: shape.textWidth, outputs: width) : nil,
                context: hasText
                    ? BidirectionalLSTM(p.scope("context"), inputs: width, hidden: width / 2, layers: 2) : nil,
                speaker: hasText && settings.speakerEmbedding
                    ? Embedding(p.scope("speaker"), entries: shape.speakers, width: width) : nil,
                audio: used.contains(.audio) ? Linear(p.scope("audio"), inputs: shape.audioWidth, outputs: width) : nil,
                visual: used.contains(.visual)
                    ? Linear(p.scope("visual"), inputs: shape.visualWidth, outputs: width) : nil,
                enter: Linear(p.scope("enter"), inputs: width, outputs: h),
                convolutions: (0..<settings.graphLayers).map {
                    // The public code's bound: the outputs of the layer.
                    p.scope("convolutions").declare(
                        String($0), [h, 2 * h], .uniform(bound: 1 / Float(h).squareRoot()))
                },
                classify: Linear(p.scope("classify"), inputs: (width + h) * used.count, outputs: shape.classes))
        }
    }

    /// The streams of the modalities in use, [N, width] each, in the order l, a, v.
    private func features(_ batch: ConversationBatch, on tape: Tape) -> [Variable] {
        var streams: [Variable] = []
        if let text = modules.text, let context = modules.context {
            let layout = SequenceLayout(packing: batch.lengths)
            let states = context(
                text(tape.mean(batch.text.map(Variable.constant)), on: tape), layout: layout, inputRow: layout.source,
                dropout: Float(settings.dropout), on: tape)
            let utterances = tape.gatherRows(states, layout.rowOfUtterance)
            streams.append(modules.speaker?.add(to: utterances, index: batch.speakers, on: tape) ?? utterances)
        }
        if let audio = modules.audio, let x = batch.audio { streams.append(audio(.constant(x), on: tape)) }
        if let visual = modules.visual, let x = batch.visual { streams.append(visual(.constant(x), on: tape)) }
        return streams
    }

    /// Computes a minibatch. Offers "unimodal.l", "unimodal.a", "unimodal.v" [N, width], "graph" [N, M·H] and "fused", what the
    /// classifier's dropout gets, [N, M·(width + H)].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        let n = batch.utterances
        let m = settings.modalities.count
        let (width, h, dropout) = (settings.unimodalSize, settings.hiddenSize, Float(settings.dropout))
        let streams = features(batch, on: tape)
        let x = tape.stackStreams(streams)
        let weights = tape.angularGraph(x, streams: m, lengths: batch.lengths)
        let nodes = tape.dropout(tape.reshape(x, rows: n * m, columns: width), probability: dropout)
        let first = modules.enter(nodes, on: tape, relu: true)
        var y = first
        for (layer, convolution) in modules.convolutions.enumerated() {
            y = convolve(
                tape.dropout(y, probability: dropout), first, convolution, layer: layer + 1, weights: weights,
                lengths: batch.lengths, on: tape)
        }
        y = tape.dropout(y, probability: dropout)
        let fused = tape.reshape(tape.stackStreams([nodes, y]), rows: n, columns: m * (width + h))
        if let stages {
            stages.offer(unimodal: streams, of: settings.modalities)
            stages.offer("graph", tape.reshape(y, rows: n, columns: m * h))
            stages.offer("fused", fused)
        }
        return tape.logSoftmax(modules.classify(tape.dropoutReLU(fused, probability: dropout), on: tape))
    }

    /// One layer of GCNII (Chen et al., ICML 2020), max(0, θ W [s ; f] + (1 − θ) ((1 − α) s + α f)) with s = Â y and the nodes f of
    /// the first layer, all [N·M, H].
    private func convolve(
        _ y: Variable, _ first: Variable, _ convolution: Parameter, layer: Int, weights: Variable, lengths: [Int],
        on tape: Tape
    ) -> Variable {
        let n = y.rows / settings.modalities.count
        let theta = Float(log1p(settings.lambda / Double(layer)))
        let alpha = Float(settings.alpha)
        let heard = tape.reshape(
            tape.graphProduct(
                weights, tape.reshape(y, rows: n, columns: settings.modalities.count * y.columns),
                streams: settings.modalities.count, lengths: lengths),
            rows: y.rows, columns: y.columns)
        let changed = tape.linear(tape.stackStreams([heard, first]), weight: convolution.variable)
        let sum = tape.weightedSum([
            (changed, theta), (heard, (1 - theta) * (1 - alpha)), (first, (1 - theta) * alpha),
        ])
        return tape.dropoutReLU(sum, probability: 0)
    }

    /// Every minibatch can be computed.
    public func check(_ shape: BatchShape) throws(BatchError) {}
}

extension MMGCNModel {
    /// MMGCN.
    public static let definition = ModelDefinition(
        "mmgcn", "MMGCN, a deep graph convolution over utterances and modalities (Hu et al., ACL 2021).",
        keys: MMGCNKeys.self, label: { _ in "mmgcn" },
        fault: { settings in
            guard settings.unimodalSize % 2 != 0 else { return nil }
            return
                "model.unimodalSize must be even, not \(settings.unimodalSize): each direction of the LSTM has half of it"
        },
        withoutEffect: { settings in settings.textless.map { ["speakerEmbedding": $0] } ?? [:] },
        speakers: { $0.textless == nil && $0.speakerEmbedding ? .persons : .nothing },
        make: { settings, shape, seed, _ in MMGCNModel(settings, shape, seed: seed) })
}
