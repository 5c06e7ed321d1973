import Autodiff
import Configuration
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

extension Settings where Keys: ModelKeys {
    /// Why settings of the text change nothing, where it is not read; nil where it is.
    var textless: String? {
        self.modalities.contains(.text) ? nil : "text is not among model.modalities (\(self.modalities))"
    }
}

extension StageRecorder {
    /// Keeps the features of each modality, in the order l, a, v, as "unimodal.l", "unimodal.a", "unimodal.v".
    func offer(unimodal features: [Variable], of modalities: Modalities) {
        for (modality, feature) in zip(modalities.members, features) { offer("unimodal.\(modality.letter)", feature) }
    }
}
