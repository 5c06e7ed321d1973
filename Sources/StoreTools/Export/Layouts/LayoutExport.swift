import FeatureStore
import Files

/// Writes what a store holds in the layouts that published projects read.
public enum LayoutExport {
    /// What was written.
    public struct Summary: Sendable, Equatable {
        /// The layout in words, with the number of its fields.
        public var layout: String
        /// How many dialogues there are.
        public var dialogues: Int
        /// How many utterances there are.
        public var utterances: Int
        /// The features that were written, in the file's order.
        public var features: [String]
        /// What the layout cannot say, or says in another way: sentences.
        public var notes: [String]
    }

    /// Exports dialogues and features as one pickle of protocol 4. Rows stream through. The store is checked first, and the output is
    /// written all or nothing.
    /// - Throws: ``StoreToolsError`` where nothing is selected, where the layout cannot hold what is, or where the output cannot be
    ///   written; `StoreError` for a damaged store.
    @discardableResult
    public static func write(
        _ selection: StoreSelection = StoreSelection(), of store: Store, to output: OutputPath,
        as layout: PublishedLayout
    ) throws -> Summary {
        try output.refuseUnusable(inputs: [store.path])
        var choice = LayoutChoice(layout, try SelectedPart(selection, of: store))
        let name: String
        let write: (OutputFile) throws -> Void
        if layout == .mmsa {
            let content = try SplitDictionaryFile(&choice)
            (name, write) = ("dictionary of splits", content.write)
        } else {
            let content = try ConversationFile(&choice)
            (name, write) = (content.name, content.write)
        }
        try store.verify()
        try StoreExport.replace(output, contents: write)
        return Summary(
            layout: name, dialogues: choice.part.dialogues.count, utterances: choice.part.utteranceCount,
            features: choice.taken.map(\.name), notes: choice.notes)
    }
}
