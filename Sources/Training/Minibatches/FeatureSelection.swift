import FeatureStore
import Conversations

/// The features of a store that feed each modality in use.
struct FeatureSelection: Sendable {
    /// The text layers in order of their number, or the one text feature of a store without layers; empty where text is not used.
    var text: [FeatureDescription] = []
    var audio: FeatureDescription?
    var visual: FeatureDescription?

    /// - Throws: `TrainingError` where the store lacks a modality that is asked for.
    init(store: Store, modalities: Modalities) throws(TrainingError) {
        func features(_ modality: Modality) throws(TrainingError) -> [FeatureDescription] {
            let found = store.features(of: modality)
            guard !found.isEmpty else {
                let present = Set(store.features.map(\.modality.rawValue)).sorted().joined(separator: ", ")
                throw TrainingError(
                    .data,
                    "\(store.path) has no \(modality.rawValue) features, which modalities \(modalities) ask for; "
                        + "it has \(present), so choose among those with --modalities.")
            }
            return found
        }
        if modalities.contains(.text) { text = Self.textLayers(try features(.text)) }
        if modalities.contains(.audio) { audio = try features(.audio)[0] }
        if modalities.contains(.visual) { visual = try features(.visual)[0] }
    }

    var all: [FeatureDescription] { text + [audio, visual].compactMap { $0 } }

    /// All of them where they are layers of one encoder; otherwise the first, because unrelated features cannot be summed.
    static func textLayers(_ features: [FeatureDescription]) -> [FeatureDescription] {
        features.contains { $0.layer != nil } ? features : Array(features.prefix(1))
    }
}
