import FeatureStore

/// What a conversion has written.
public struct ConversionSummary: Sendable {
    /// A split with its numbers of dialogues and utterances.
    public struct Split: Sendable, Equatable {
        public var name: String
        public var dialogues: Int
        public var utterances: Int
    }

    public var dataset: String
    public var dialogues: Int
    public var utterances: Int
    public var splits: [Split]
    public var features: [FeatureDescription]
    /// The files it was made from, with their layouts.
    public var sources: [SourceFile]
    /// What a user should know; also kept in the store.
    public var warnings: [String]
    /// The store: path, content id, bytes.
    public var store: WrittenStore
}
