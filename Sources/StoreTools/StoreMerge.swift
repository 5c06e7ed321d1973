import FeatureStore
import Files

/// Joins shards of one dataset into one store.
public enum StoreMerge {
    /// Writes all dialogues of several stores: split by split, and within a split store by store. The stores must have the
    /// same features, classes and scope of speakers, and no dialogue twice; speakers are joined by name. Each is checked
    /// first.
    /// - Parameter prefixes: what is put before the ids of each store's dialogues and utterances, for stores whose ids begin anew;
    ///   none or one for each store.
    /// - Throws: ``StoreToolsError`` naming what does not fit; `StoreError` for a damaged store.
    @discardableResult
    public static func write(
        _ stores: [Store], prefixes: [String] = [], to output: OutputPath,
        options: StoreWriterOptions = StoreWriterOptions(refusesNonFiniteValues: false), origin: StoreOrigin
    ) throws -> WrittenStore {
        try output.refuseUnusable(inputs: stores.map(\.path))
        guard stores.count > 1, let first = stores.first else {
            throw StoreToolsError("one store alone cannot be merged; give two or more")
        }
        for store in stores.dropFirst() { try requireFit(store, first) }
        guard prefixes.isEmpty || prefixes.count == stores.count else {
            throw StoreToolsError(
                "\(prefixes.count) prefixes are given for \(stores.count) stores; give one for each, in their order")
        }
        let named = stores.enumerated().map { ($1, prefixes.isEmpty ? "" : prefixes[$0]) }
        try requireDifferentDialogues(named)
        try JoinedSpeakers.requireTellable(stores)
        for store in stores { try store.verify() }
        let splits = (["train", "valid", "test"] + stores.flatMap { $0.splits.map(\.name) }).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        var join = StoreJoin(splitNames: splits, labelNames: first.labelNames, template: first, prefixes: named)
        for split in splits {
            var offset = 0
            for store in stores {
                for index in store.dialogues(inSplit: split) { try join.add(index, of: store, sourceOffset: offset) }
                offset += store.dialogues.count
            }
        }
        if let dialogue = stores.lazy.flatMap(\.dialogues).first(where: { $0.split == nil }) {
            throw StoreToolsError("dialogue '\(dialogue.id)' belongs to no split; mend its source and convert it again")
        }
        var manifest = try join.manifest(features: features(of: stores))
        try origin.record("merge of \(stores.count) stores", of: stores, in: &manifest)
        return try join.write(manifest, to: output, options: options)
    }

    /// An utterance id that several of the stores have, each in a dialogue of its own; nil where there is none.
    /// - Parameter prefixes: as in ``write(_:prefixes:to:options:origin:)``.
    public static func sharedUtteranceID(of stores: [Store], prefixes: [String] = []) -> String? {
        // Hashes first: the ids of millions of utterances are not kept a second time.
        var owners: [Int: Int] = [:]
        for (index, store) in stores.enumerated() {
            let prefix = prefixes.indices.contains(index) ? prefixes[index] : ""
            for id in store.utteranceIDs {
                let id = Array((prefix + id).utf8)
                guard let owner = owners[id.hashValue], owner != index else {
                    owners[id.hashValue] = index
                    continue
                }
                let ownPrefix = prefixes.indices.contains(owner) ? prefixes[owner] : ""
                if stores[owner].utteranceIDs.contains(where: { Array((ownPrefix + $0).utf8) == id }) {
                    return String(decoding: id, as: UTF8.self)
                }
            }
        }
        return nil
    }

    private static func requireFit(_ store: Store, _ first: Store) throws(StoreToolsError) {
        func refuse(_ what: String, _ own: String, _ others: String) -> StoreToolsError {
            StoreToolsError(
                "stores '\(first.path)' and '\(store.path)' cannot be merged: \(what) differ (\(others) and \(own))")
        }
        guard store.dataset.utf8.elementsEqual(first.dataset.utf8) else {
            throw refuse("their datasets", store.dataset, first.dataset)
        }
        guard store.labelNames.map({ Array($0.utf8) }) == first.labelNames.map({ Array($0.utf8) }) else {
            throw refuse(
                "their classes", store.labelNames.joined(separator: ", "), first.labelNames.joined(separator: ", "))
        }
        func targets(_ store: Store) -> [String] {
            store.targets.map {
                "\($0.name): \($0.labelNames.joined(separator: ", "))\($0.values == nil ? "" : " with numbers")"
            }
        }
        let (ownTargets, otherTargets) = (targets(store), targets(first))
        guard ownTargets.map({ Array($0.utf8) }) == otherTargets.map({ Array($0.utf8) }) else {
            throw refuse(
                "their labels beside the classes", ownTargets.isEmpty ? "none" : ownTargets.joined(separator: "; "),
                otherTargets.isEmpty ? "none" : otherTargets.joined(separator: "; "))
        }
        guard store.speakerScope == first.speakerScope else {
            throw refuse("the scopes of their speakers", store.speakerScope.rawValue, first.speakerScope.rawValue)
        }
        func shapes(_ store: Store) -> [String] {
            store.features.map {
                "\($0.name): \($0.modality.rawValue)\($0.layer.map { " layer \($0)" } ?? "") of width \($0.width)"
            }
        }
        let (own, others) = (shapes(store), shapes(first))
        guard own == others else {
            throw refuse(
                "their features", own.first { !others.contains($0) } ?? "none",
                others.first { !own.contains($0) } ?? "none")
        }
    }

    private static func requireDifferentDialogues(_ stores: [(Store, String)]) throws(StoreToolsError) {
        var owners: [[UInt8]: String] = [:]
        for (store, prefix) in stores {
            for dialogue in store.dialogues {
                let id = prefix + dialogue.id
                guard let owner = owners.updateValue(store.path, forKey: Array(id.utf8)) else { continue }
                throw StoreToolsError(
                    "dialogue '\(id)' stands in '\(owner)' and in '\(store.path)'; where the ids of each store begin anew, give one --prefix for each store, and where it is the same dialogue, keep it in one of them with 'vuemo subset'"
                )
            }
        }
    }

    /// The features, saying of extractor and number type what all stores say.
    private static func features(of stores: [Store]) -> [FeatureDescription] {
        stores[0].features.map { feature in
            var feature = feature
            let all = stores.compactMap { $0.feature(named: feature.name) }
            if !all.allSatisfy({ $0.extractor == feature.extractor }) { feature.extractor = nil }
            feature.sourceDataType = Set(all.map(\.sourceDataType)).sorted().joined(separator: ", ")
            return feature
        }
    }
}
