import Autodiff
import ConversationModels
import NeuralNetworks
import Tensors

/// Every modality on its own: text through norms, sum, projection, a two-layer bidirectional GRU and the speaker embedding;
/// audio and visual through one linear layer each.
struct UnimodalFeatures {
    private let configuration: VUEMOConfiguration
    private let norms: TextNorms
    private let textProjection: Linear?
    private let context: BidirectionalGRU?
    private let audio: Linear?
    private let visual: Linear?
    private let speaker: Embedding

    private enum TextNorms {
        case batch([BatchNorm])
        case layer([LayerNorm])
        case none
    }

    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration) {
        self.configuration = configuration
        let h = configuration.hiddenSize
        let modalities = configuration.modalities
        precondition(h % 2 == 0, "the hidden width is even: half of it for each direction of the GRU")
        // The reference has the norms whether text is in use or not.
        let layers = configuration.layersInUse
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
        precondition(input.text.count == configuration.shape.textLayers)
        var x = normalizedSum(
            configuration.layersInUse.map { .constant(input.text[$0]) }, paddingRows: padding, on: tape)
        if let textProjection { x = textProjection(x, on: tape) }
        let states = context!(
            x, layout: layout, inputRow: layout.source, dropout: configuration.dropoutProbability, on: tape)
        let utterances = tape.gatherRows(states, layout.rowOfUtterance)
        return configuration.speakerEmbedding
            ? speaker.add(to: utterances, index: input.speakers, on: tape) : utterances
    }

    /// Σ over layers of norm(layer), [N, D], with one more row for all padding where there is any.
    private func normalizedSum(_ layers: [Variable], paddingRows: Int, on tape: Tape) -> Variable {
        func padded(_ x: Variable) -> Variable { paddingRows > 0 ? tape.appendZeroRow(x) : x }
        switch norms {
        case .batch(let norms): return tape.sum(zip(layers, norms).map { $1($0, paddingRows: paddingRows, on: tape) })
        case .layer(let norms): return tape.sum(zip(layers, norms).map { $1(padded($0), on: tape) })
        case .none: return tape.sum(layers.map(padded))
        }
    }
}
