import ConversationModels
import Conversations
import FeatureStore

/// What a run's store decided of its model: what another store must have so that the model can be applied to it. Every checkpoint keeps it.
public struct RunData: Codable, Equatable, Sendable {
    /// The names of the classes, in the order of the model's outputs.
    public var classes: [String]
    /// The names of the speakers, in the order of their numbers.
    public var speakers: [String]
    /// Over which utterances a speaker's number means one person: the raw value of `SpeakerScope`.
    public var speakerScope: String
    /// Width of every text layer; 0 where there is no text.
    public var textWidth: Int
    /// Number of text layers.
    public var textLayers: Int
    /// Width of the audio features; 0 where they are not used.
    public var audioWidth: Int
    /// Width of the visual features; 0 where they are not used.
    public var visualWidth: Int

    enum CodingKeys: String, CodingKey {
        case classes
        case speakers
        case speakerScope = "speaker_scope"
        case textWidth = "text_width"
        case textLayers = "text_layers"
        case audioWidth = "audio_width"
        case visualWidth = "visual_width"
    }

    /// As many classes as conversion takes. A table of confusions has a number for every pair of them.
    static let mostClasses = 4096
    /// More columns, layers or speakers than any dataset has.
    private static let most = 1 << 24

}

extension RunData {
    /// What a store says of a model that uses some of its features.
    init(store: Store, labels: RunLabels, features: FeatureSelection) {
        classes = labels.names
        speakers = store.speakerNames
        speakerScope = store.speakerScope.rawValue
        // Text counts even where it is not used: the norms of its layers are parameters of the reference all the same.
        let text = FeatureSelection.textLayers(store.features(of: .text))
        textWidth = text.first?.width ?? 0
        textLayers = text.count
        audioWidth = features.audio?.width ?? 0
        visualWidth = features.visual?.width ?? 0
    }

    /// The shape of the model.
    func shape(largestBatch: BatchShape) -> DatasetShape {
        DatasetShape(
            textWidth: textWidth, textLayers: textLayers, audioWidth: audioWidth, visualWidth: visualWidth,
            classes: classes.count, speakers: speakers.count, largestBatch: largestBatch)
    }

    /// Whether a model can be made for it: a file may say anything.
    var isPlausible: Bool {
        (1...Self.mostClasses).contains(classes.count) && speakers.count <= Self.most
            && [textWidth, textLayers, audioWidth, visualWidth].allSatisfy { (0...Self.most).contains($0) }
    }

    /// Whether the same speakers have the same numbers in a store, because they are places in a dialogue.
    func numbersPlaces(like store: Store) -> Bool {
        speakerScope == SpeakerScope.dialogue.rawValue && store.speakerScope == .dialogue
    }
}
