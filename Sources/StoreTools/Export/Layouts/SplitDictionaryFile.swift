import FeatureStore
import Files

/// MMSA's file: a dictionary of splits, each with one array or list for every kind of thing, utterance after utterance. A row of the
/// store is a sequence of one frame there.
struct SplitDictionaryFile {
    private let part: SelectedPart
    private let features: [(key: String, feature: FeatureDescription)]
    /// Sentiment as a real number for each utterance of the store, NaN for none; nil where the store has no such thing.
    private let sentiments: [Float]?

    /// The seven classes that real numbers from -3 to 3 are rounded to at conversion.
    private static let sentiment = [
        "highly negative", "negative", "weakly negative", "neutral", "weakly positive", "positive", "highly positive",
    ]

    init(_ choice: inout LayoutChoice) throws(StoreToolsError) {
        part = choice.part
        features = [
            ("text", try choice.feature(.text)), ("audio", try choice.feature(.audio)),
            ("vision", try choice.feature(.visual)),
        ]
        sentiments = Self.sentiments(of: part.store)
        try choice.checkSplits()
        choice.noteWhatIsLeftOut()
        choice.noteUnlabelled()
        choice.notes.append("The layout has no place for speakers: left out.")
        if sentiments == nil {
            choice.notes.append(
                "The classes are no sentiment from -3 to 3: there are classification_labels and no regression_labels.")
        }
    }

    /// The numbers that the store keeps of the source; otherwise those that its seven classes stand for.
    private static func sentiments(of store: Store) -> [Float]? {
        let target = store.targets.first { $0.name.utf8.elementsEqual("sentiment".utf8) }
        if let values = target?.values { return values.map { Float($0) } }
        return store.labelNames == sentiment ? store.labels.map { $0 < 0 ? .nan : Float($0 - 3) } : nil
    }

    func write(to file: OutputFile) throws {
        let store = part.store
        let splits = ["train", "valid", "test"].map { (name: String) in
            (
                name: name,
                dialogues: part.dialogues.filter { store.dialogues[$0].split.map { store.splits[$0].name } == name }
            )
        }.filter { !$0.dialogues.isEmpty }
        let pickle = try PickleWriter(to: file)
        try pickle.dictionary(count: splits.count) { place in
            try pickle.text(splits[place].name)
            try write(splits[place].dialogues, to: pickle)
        }
        try pickle.end()
    }

    private func write(_ dialogues: [Int], to pickle: PickleWriter) throws {
        let store = part.store
        let ranges = dialogues.map { store.dialogues[$0].range }
        let count = ranges.reduce(0) { $0 + $1.count }
        let labels = ranges.flatMap { store.labels[$0] }
        try pickle.dictionary {
            try pickle.text("id")
            try pickle.texts(dialogues.flatMap { ids(of: store.dialogues[$0]) })
            try pickle.text("raw_text")
            try pickle.texts(try ranges.flatMap { try store.sentences($0) })
            for (key, feature) in features {
                try pickle.text(key)
                try pickle.array(type: "f4", shape: [count, 1, feature.width], itemBytes: 4) { file in
                    try RowBlocks.visit(ranges, width: feature.width) { rows, buffer in
                        try store.readRows(of: feature.name, rows, into: buffer)
                        try file.write(UnsafeRawBufferPointer(buffer))
                    }
                }
            }
            for key in ["audio_lengths", "vision_lengths"] {
                try pickle.text(key)
                try pickle.integers(repeatElement(1, count: count))
            }
            try pickle.text("classification_labels")
            try numbers(labels.map { Int64($0) }, type: "i8", to: pickle)
            try pickle.text("annotations")
            try pickle.texts(labels.map { $0 < 0 ? "" : store.labelNames[Int($0)] })
            if let sentiments {
                try pickle.text("regression_labels")
                try numbers(ranges.flatMap { sentiments[$0] }, type: "f4", to: pickle)
            }
        }
    }

    private func numbers<Number>(_ values: [Number], type: String, to pickle: PickleWriter) throws {
        try pickle.array(type: type, shape: [values.count], itemBytes: MemoryLayout<Number>.size) { file in
            try values.withUnsafeBytes { try file.write($0) }
        }
    }

    /// VIDEO$_$CLIP: the dialogue's id, and what an utterance's id says beyond it.
    private func ids(of dialogue: StoreDialogue) -> [String] {
        part.store.utteranceIDs[dialogue.range].map { id in
            let prefix = dialogue.id + "_"
            let isLonger = id.utf8.count > prefix.utf8.count && id.utf8.starts(with: prefix.utf8)
            return "\(dialogue.id)$_$"
                + (isLonger ? String(decoding: id.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : id)
        }
    }
}
