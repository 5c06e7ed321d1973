/// The kind of signal a feature was computed from.
public enum Modality: String, Sendable, CaseIterable {
    case text, audio, visual
}

/// Over which utterances one speaker number means one person.
public enum SpeakerScope: String, Sendable {
    /// The same number is the same speaker in every dialogue.
    case corpus
    /// Numbers count the speakers within a dialogue; number 0 of two dialogues is not one person.
    case dialogue
}
