import ConversationModels
import Conversations
import Tensors

extension DatasetShape {
    /// The width of an utterance's features side by side, all text layers among them.
    func width(of modalities: Modalities) -> Int {
        modalities.members.reduce(0) { sum, modality in
            switch modality {
            case .text: sum + textLayers * textWidth
            case .audio: sum + audioWidth
            case .visual: sum + visualWidth
            }
        }
    }
}

extension ConversationBatch {
    /// The features of some modalities in the order l, a, v, the text layers one after the other: [N, ·] each.
    func features(of modalities: Modalities) -> [Tensor] {
        modalities.members.flatMap { modality -> [Tensor] in
            switch modality {
            case .text: text
            case .audio: audio.map { [$0] } ?? []
            case .visual: visual.map { [$0] } ?? []
            }
        }
    }
}
