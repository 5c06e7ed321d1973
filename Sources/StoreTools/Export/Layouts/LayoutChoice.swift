import Conversations
import FeatureStore

/// What of a part of a store goes where in a file of a published layout, and what does not.
struct LayoutChoice {
    let layout: PublishedLayout
    let part: SelectedPart
    /// The features that are written.
    private(set) var taken: [FeatureDescription] = []
    /// What a user should know: what the layout cannot say, or what it says of the store in another way.
    var notes: [String] = []

    init(_ layout: PublishedLayout, _ part: SelectedPart) {
        (self.layout, self.part) = (layout, part)
    }

    func refused(_ why: String) -> StoreToolsError {
        StoreToolsError("store '\(part.store.path)' cannot be written as \(layout.rawValue): \(why)")
    }

    // MARK: Features

    /// The one feature of a modality: the one that is no layer, or the only one.
    mutating func feature(_ modality: Modality) throws(StoreToolsError) -> FeatureDescription {
        let all = part.features.filter { $0.modality == modality }
        let alone = all.filter { $0.layer == nil }
        guard let feature = alone.count == 1 ? alone[0] : all.count == 1 ? all[0] : nil else {
            throw refused(
                all.isEmpty
                    ? "the layout has one \(modality.rawValue) feature, and here is none"
                    : "the layout has one \(modality.rawValue) feature, and here are \(list(all)); name the features to take with --feature"
            )
        }
        taken.append(feature)
        return feature
    }

    /// The four layers of text, the network's last one first.
    mutating func layers() throws(StoreToolsError) -> [FeatureDescription] {
        let layers = part.features.filter { $0.modality == .text && $0.layer != nil }
            .sorted { ($0.layer ?? 0) < ($1.layer ?? 0) }
        guard layers.count == 4 else {
            throw refused(
                "the layout has four layers of text, and here \(layers.count == 1 ? "is 1" : layers.isEmpty ? "are none" : "are \(layers.count)")"
            )
        }
        taken += layers
        return layers
    }

    /// Says which features have no place; once all are chosen.
    mutating func noteWhatIsLeftOut() {
        let left = part.features.filter { !taken.contains($0) }
        if !left.isEmpty { notes.append("The layout has no place for \(list(left)): left out.") }
    }

    private func list(_ features: [FeatureDescription]) -> String { features.map(\.name).joined(separator: ", ") }

    // MARK: Classes

    /// The written number for each class of the store: that of the published files where all classes are theirs, otherwise its own.
    mutating func classNumbers(_ corpus: CorpusConvention) -> [Int] {
        let names = part.store.labelNames
        let published = names.map { name in corpus.classes.firstIndex { $0.utf8.elementsEqual(name.utf8) } }
        guard !names.isEmpty, !published.contains(nil) else {
            if !names.isEmpty {
                notes.append(
                    "The classes are not \(corpus.name)'s, and the layout has no names for them: they are 0 to \(names.count - 1) in the store's order."
                )
            }
            return Array(names.indices)
        }
        let numbers = published.compactMap(\.self)
        if numbers != Array(names.indices) {
            notes.append("The classes have \(corpus.name)'s published numbers, which are not the store's.")
        }
        return numbers
    }

    /// Says how many utterances have no class.
    mutating func noteUnlabelled() {
        let count = part.runs.reduce(0) { $0 + part.store.labels[$1].count { $0 < 0 } }
        if count > 0 { notes.append("\(count) utterances have no class: they have the label -1.") }
    }

    // MARK: Splits

    /// Refuses splits that the layouts do not know, and says which are empty.
    mutating func checkSplits() throws(StoreToolsError) {
        let known = ["train", "valid", "test"]
        var filled: Set<String> = []
        for index in part.dialogues {
            let dialogue = part.store.dialogues[index]
            guard let split = dialogue.split.map({ part.store.splits[$0].name }), known.contains(split) else {
                throw refused("dialogue '\(dialogue.id)' is in none of the splits train, valid and test")
            }
            filled.insert(split)
        }
        for split in known where !filled.contains(split) { notes.append("There are no \(split) dialogues.") }
    }
}
