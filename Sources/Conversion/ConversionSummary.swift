import FeatureStore

/// What a conversion has written.
public struct ConversionSummary: Sendable {
    /// A split with its numbers of dialogues and utterances.
    public struct Split: Sendable, Equatable {
        /// "train", "valid" or "test".
        public var name: String
        /// Its number of dialogues.
        public var dialogues: Int
        /// Its number of utterances.
        public var utterances: Int
    }

    /// The dataset's name.
    public var dataset: String
    /// The number of dialogues of all splits.
    public var dialogues: Int
    /// The number of utterances of all splits.
    public var utterances: Int
    /// The splits that the store has.
    public var splits: [Split]
    /// The features, in the order in which they were written.
    public var features: [FeatureDescription]
    /// The files it was made from, with their layouts.
    public var sources: [SourceFile]
    /// What a user should know; all but those on precision are kept in the store as text.
    public var warnings: [String]
    /// The store: path, content id, bytes.
    public var store: WrittenStore
}

extension ConversionSummary {
    /// The summary of a store that was written from `manifest`; `costs` are warnings that arose while writing.
    package init(_ manifest: StoreManifest, costs: [String], store: WrittenStore) {
        var splits = manifest.splits.map { Split(name: $0.name, dialogues: 0, utterances: 0) }
        for dialogue in manifest.dialogues {
            splits[dialogue.split].dialogues += 1
            splits[dialogue.split].utterances += dialogue.utteranceCount
        }
        self.init(
            dataset: manifest.dataset, dialogues: manifest.dialogues.count, utterances: manifest.utteranceCount,
            splits: splits, features: manifest.features, sources: manifest.sources,
            warnings: manifest.warnings + costs, store: store)
    }
}
