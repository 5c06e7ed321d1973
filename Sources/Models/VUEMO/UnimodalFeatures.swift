import Autodiff
import ConversationModels
import NeuralNetworks
import Tensors

/// Every modality on its own: text through norms, sum or mean, projection, an encoder over the dialogue and the speaker embedding;
/// audio and visual through one linear layer each, and an encoder where `model.encodeAudioVisual` asks for it.
struct UnimodalFeatures {
    private let configuration: VUEMOConfiguration
    private let norms: TextNorms
    private let textProjection: Linear?
    private let context: DialogueContext?
    private let audio: (projection: Linear, context: DialogueContext?)?
    private let visual: (projection: Linear, context: DialogueContext?)?
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
        case dialogue
        case none
    }

    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration, pooling: TextPooling = .sum) {
        self.configuration = configuration
        self.pooling = pooling
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
            case .dialogue: .dialogue
            case .none: .none
            }
        func branch(_ name: String, width: Int) -> (projection: Linear, context: DialogueContext?) {
            (
                Linear(p.scope(name), inputs: width, outputs: h),
                configuration.encodeAudioVisual
                    ? DialogueContext(p.scope("\(name)_context"), configuration, inputs: h) : nil
            )
        }
        audio = modalities.contains(.audio) ? branch("audio", width: configuration.audioWidth) : nil
        visual = modalities.contains(.visual) ? branch("visual", width: configuration.visualWidth) : nil
        if modalities.contains(.text) {
            textProjection =
                configuration.projectText ? Linear(p.scope("text"), inputs: configuration.textWidth, outputs: h) : nil
            context = DialogueContext(
                p.scope("context"), configuration, inputs: configuration.projectText ? h : configuration.textWidth)
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
            case .audio: branch(audio!, .constant(input.audio!), input.lengths, on: tape)
            case .visual: branch(visual!, .constant(input.visual!), input.lengths, on: tape)
            }
        }
    }

    /// Rows of padding in the released variant, where there are any.
    private func paddingRows(_ lengths: [Int]) -> Int {
        guard configuration.variant == .released else { return 0 }
        return lengths.count * (lengths.max() ?? 0) - lengths.reduce(0, +)
    }

    private func branch(
        _ layers: (projection: Linear, context: DialogueContext?), _ x: Variable, _ lengths: [Int], on tape: Tape
    ) -> Variable {
        guard let context = layers.context else { return layers.projection(x, on: tape) }
        // Padding is rows of zeros: the projection gives all of them one result, so one row stands for all.
        let padded = paddingRows(lengths) > 0 ? tape.appendZeroRow(x) : x
        return context(layers.projection(padded, on: tape), lengths: lengths, on: tape)
    }

    private func text(_ input: ConversationBatch, on tape: Tape) -> Variable {
        precondition(input.text.count == configuration.shape.textLayers)
        // The released variant's padding is rows of zeros: constant through norm, sum and projection, so one row stands for all,
        // or one for those of each dialogue.
        var x = pooled(configuration.layersInUse.map { input.text[$0] }, input.lengths, on: tape)
        if let textProjection { x = textProjection(x, on: tape) }
        let utterances = context!(
            x, lengths: input.lengths, padding: configuration.textNorm == .dialogue ? .ofDialogue : .shared, on: tape)
        return configuration.speakerEmbedding
            ? speaker.add(to: utterances, index: input.speakers, on: tape) : utterances
    }

    /// The sum or mean over layers of norm(layer), [N, D], with one more row for all padding where there is any; of the norm over
    /// dialogues with one more for each dialogue.
    private func pooled(_ layers: [Tensor], _ lengths: [Int], on tape: Tape) -> Variable {
        let padding = paddingRows(lengths)
        let constants = layers.map(Variable.constant)
        func padded(_ x: Variable) -> Variable { padding > 0 ? tape.appendZeroRow(x) : x }
        let normalized: [Variable]
        switch norms {
        case .batch(let norms): normalized = zip(constants, norms).map { $1($0, paddingRows: padding, on: tape) }
        case .layer(let norms): normalized = zip(constants, norms).map { $1(padded($0), on: tape) }
        case .dialogue:
            let steps = padding > 0 ? lengths.max() ?? 0 : 0
            normalized = layers.map { .constant(dialogueNorm(of: $0, lengths: lengths, steps: steps)) }
        case .none: normalized = constants.map(padded)
        }
        return pooling == .sum ? tape.sum(normalized) : tape.mean(normalized)
    }
}
