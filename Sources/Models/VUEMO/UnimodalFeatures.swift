import Autodiff
import ConversationModels
import NeuralNetworks
import Tensors

/// Every modality on its own: text through norms, sum or mean, projection, a two-layer bidirectional GRU and the speaker embedding;
/// audio and visual through one linear layer each.
struct UnimodalFeatures {
    private let configuration: VUEMOConfiguration
    private let norms: TextNorms
    private let textProjection: Linear?
    private let context: BidirectionalGRU?
    private let audio: Linear?
    private let visual: Linear?
    private let speaker: Embedding
    private let pooling: TextPooling

    /// How the text layers become one.
    enum TextPooling {
        /// Their sum: VUEMO.
        case sum
        /// Their mean: M3NET.
        case mean
    }

    private enum TextNorms {
        case batch([BatchNorm])
        case layer([LayerNorm])
        case none
    }

    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration, pooling: TextPooling = .sum) {
        self.configuration = configuration
        self.pooling = pooling
        let h = configuration.hiddenSize
        let modalities = configuration.modalities
        precondition(h % 2 == 0, "the hidden width is even: half of it for each direction of the GRU")
        // The reference has the norms whether text is in use or not.
        let layers = 0..<configuration.textLayers
        let scope = p.scope("text_norms")
        norms =
            switch configuration.textNorm {
            case .batch: .batch(layers.map { BatchNorm(scope.scope($0), width: configuration.textWidth) })
            case .layer: .layer(layers.map { LayerNorm(scope.scope($0), width: configuration.textWidth) })
            case .none: .none
            }
        audio =
            modalities.contains(.audio) ? Linear(p.scope("audio"), inputs: configuration.audioWidth, outputs: h) : nil
        visual =
            modalities.contains(.visual)
            ? Linear(p.scope("visual"), inputs: configuration.visualWidth, outputs: h) : nil
        if modalities.contains(.text) {
            textProjection =
                configuration.projectText ? Linear(p.scope("text"), inputs: configuration.textWidth, outputs: h) : nil
            context = BidirectionalGRU(
                p.scope("context"), inputs: configuration.projectText ? h : configuration.textWidth, hidden: h / 2,
                layers: 2)
        } else {
            textProjection = nil
            context = nil
        }
        speaker = Embedding(p.scope("speaker"), entries: configuration.speakers, width: h)
    }

    /// The streams of the modalities in use, [N, H] each, in the order l, a, v.
    func callAsFunction(_ input: ConversationBatch, on tape: Tape) -> [Variable] {
        configuration.modalities.members.map { kind in
            switch kind {
            case .text: text(input, on: tape)
            case .audio: audio!(.constant(input.audio!), on: tape)
            case .visual: visual!(.constant(input.visual!), on: tape)
            }
        }
    }

    private func text(_ input: ConversationBatch, on tape: Tape) -> Variable {
        let released = configuration.variant == .released
        let layout = released ? SequenceLayout(padding: input.lengths) : SequenceLayout(packing: input.lengths)
        // The released variant's padding is rows of zeros: constant through norm, sum and projection, so one row stands for all.
        let padding = layout.rows - input.utterances
        var x = pooled(input.text.map(Variable.constant), paddingRows: padding, on: tape)
        if let textProjection { x = textProjection(x, on: tape) }
        let states = context!(
            x, layout: layout, inputRow: layout.source, dropout: configuration.dropoutProbability, on: tape)
        let utterances = tape.gatherRows(states, layout.rowOfUtterance)
        return configuration.speakerEmbedding
            ? speaker.add(to: utterances, index: input.speakers, on: tape) : utterances
    }

    /// The sum or mean over layers of norm(layer), [N, D], with one more row for all padding where there is any.
    private func pooled(_ layers: [Variable], paddingRows: Int, on tape: Tape) -> Variable {
        precondition(layers.count == configuration.textLayers)
        func padded(_ x: Variable) -> Variable { paddingRows > 0 ? tape.appendZeroRow(x) : x }
        let normalized =
            switch norms {
            case .batch(let norms): zip(layers, norms).map { $1($0, paddingRows: paddingRows, on: tape) }
            case .layer(let norms): zip(layers, norms).map { $1(padded($0), on: tape) }
            case .none: layers.map(padded)
            }
        return pooling == .sum ? tape.sum(normalized) : tape.mean(normalized)
    }
}
