import FeatureStore
import Files

/// Takes a part of a store into a new one.
public enum StoreSubset {
    /// Writes the selected dialogues and features of a store, in its order. Classes and speakers keep their numbers, splits
    /// that lose all of their dialogues go, statistics are measured anew. The store is checked first.
    /// - Throws: ``StoreToolsError`` where nothing is selected or the output exists; `StoreError` for a damaged store.
    @discardableResult
    public static func write(
        _ selection: StoreSelection, of store: Store, to output: OutputPath,
        options: StoreWriterOptions = StoreWriterOptions(refusesNonFiniteValues: false), origin: StoreOrigin
    ) throws -> WrittenStore {
        try output.refuseUnusable(inputs: [store.path])
        let part = try SelectedPart(selection, of: store)
        try store.verify()
        var join = StoreJoin(splitNames: store.splits.map(\.name), labelNames: store.labelNames, template: store)
        join.speakerNames = store.speakerNames
        for index in part.dialogues { try join.add(index, of: store, sourceOffset: 0) }
        var manifest = try join.manifest(features: part.features)
        try origin.record("subset: \(selection.words)", of: [store], in: &manifest)
        return try join.write(manifest, to: output, options: options)
    }
}
