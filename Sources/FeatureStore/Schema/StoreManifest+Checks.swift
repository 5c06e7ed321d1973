import Conversations
import HDF5

extension StoreManifest {
    /// Refuses a manifest that contradicts itself, in one sentence.
    func check(for file: String) throws(StoreError) {
        func refuse(_ message: String) -> StoreError { StoreError(.invalidInput, file: file, message: message) }
        guard !dialogues.isEmpty else { throw refuse("there are no dialogues to write") }
        guard !features.isEmpty else { throw refuse("there are no features to write") }
        guard splits.count < Int(StorePath.noSplit), !splits.isEmpty else {
            throw refuse("\(splits.count) splits are given; 1 to 254 can be")
        }
        if let repeated = firstRepeated(dialogues.map(\.id)) {
            throw refuse("dialogue id '\(repeated)' is given twice")
        }
        if let repeated = firstRepeated(splits.map(\.name)) { throw refuse("split '\(repeated)' is given twice") }
        if let repeated = firstRepeated(labelNames) { throw refuse("class '\(repeated)' is given twice") }
        if let repeated = firstRepeated(features.map(\.name)) { throw refuse("feature '\(repeated)' is given twice") }
        guard Set(dialogues.map(\.sourcePosition)) == Set(0..<dialogues.count) else {
            throw refuse("the dialogues' source positions are not 0 to \(dialogues.count - 1), each once")
        }
        for dialogue in dialogues {
            guard dialogue.utteranceCount > 0 else { throw refuse("dialogue '\(dialogue.id)' has no utterances") }
            guard splits.indices.contains(dialogue.split) else {
                throw refuse("dialogue '\(dialogue.id)' names split \(dialogue.split) of \(splits.count)")
            }
        }
        for feature in features {
            guard feature.width > 0 else { throw refuse("feature '\(feature.name)' has width \(feature.width)") }
            guard Self.isNameOfAMember(feature.name) else {
                throw refuse("'\(feature.name)' cannot be the name of a feature")
            }
            guard (feature.layer ?? 1) >= 1 else {
                throw refuse("feature '\(feature.name)' has layer \(feature.layer ?? 0); layers count from 1")
            }
        }
        for modality in Modality.allCases {
            let layers = features.filter { $0.modality == modality && $0.layer != nil }
            if let first = layers.first, let other = layers.first(where: { $0.width != first.width }) {
                throw refuse(
                    "features '\(first.name)' and '\(other.name)' have \(first.width) and \(other.width) columns; "
                        + "the layers of one encoder have one width")
            }
            if let other = layers.indices.first(where: { place in
                layers[..<place].contains { $0.layer == layers[place].layer }
            }) {
                throw refuse(
                    "feature '\(layers[other].name)' has layer \(layers[other].layer ?? 0), which another feature has")
            }
        }
        try checkUtterances(refuse)
        try checkTargets(refuse)
    }

    /// Whether HDF5 can have an object of that name in a group.
    private static func isNameOfAMember(_ name: String) -> Bool {
        !name.isEmpty && name != "." && !name.utf8.contains { $0 == 0x2F || $0 == 0 }
    }

    private func checkTargets(_ refuse: (String) -> StoreError) throws(StoreError) {
        if let repeated = firstRepeated(targets.map(\.name)) { throw refuse("labels '\(repeated)' are given twice") }
        for target in targets {
            guard Self.isNameOfAMember(target.name) else {
                throw refuse("'\(target.name)' cannot be the name of labels")
            }
            if let repeated = firstRepeated(target.labelNames) {
                throw refuse("class '\(repeated)' of \(target.name) is given twice")
            }
            guard target.labels.count == utteranceCount else {
                throw refuse(
                    "there are \(target.labels.count) labels of \(target.name) for \(utteranceCount) utterances")
            }
            if let values = target.values {
                guard values.count == utteranceCount else {
                    throw refuse("there are \(values.count) values of \(target.name) for \(utteranceCount) utterances")
                }
                if let row = values.firstIndex(where: \.isInfinite) {
                    throw refuse("utterance '\(utteranceIDs[row])' has the value \(values[row]) of \(target.name)")
                }
            }
            if let row = target.labels.firstIndex(where: {
                !(-1..<Int32(clamping: target.labelNames.count)).contains($0)
            }) {
                throw refuse(
                    "utterance '\(utteranceIDs[row])' has label \(target.labels[row]) of \(target.name), but there are "
                        + "\(target.labelNames.count) classes")
            }
        }
    }

    private func checkUtterances(_ refuse: (String) -> StoreError) throws(StoreError) {
        let count = utteranceCount
        let given = [
            ("utterance ids", utteranceIDs.count), ("labels", labels.count), ("speakers", speakers.count),
            ("sentences", sentences.count),
        ]
        for (what, number) in given where number != count {
            throw refuse("there are \(number) \(what) for \(count) utterances")
        }
        if let row = labels.firstIndex(where: { !(-1..<Int32(clamping: labelNames.count)).contains($0) }) {
            throw refuse(
                "utterance '\(utteranceIDs[row])' has label \(labels[row]), but there are \(labelNames.count) classes")
        }
        if let row = speakers.firstIndex(where: { $0 >= speakerNames.count }) {
            throw refuse(
                "utterance '\(utteranceIDs[row])' has speaker \(speakers[row]), but there are \(speakerNames.count) speakers"
            )
        }
    }
}

/// The first element whose bytes are those of an earlier one: names that only look alike are two.
func firstRepeated(_ values: [String]) -> String? {
    var seen: Set<[UInt8]> = []
    return values.first { !seen.insert(Array($0.utf8)).inserted }
}
