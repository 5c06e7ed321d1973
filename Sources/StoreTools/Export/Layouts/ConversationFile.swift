import Conversations
import FeatureStore
import Files

/// A file of the field's conversation layouts: a tuple or list of dictionaries from dialogues to their utterances, and lists of
/// dialogues.
struct ConversationFile {
    private enum Speakers {
        case names
        /// Numbers for one-hot lists, for each utterance of the store; 0 where it is not written.
        case oneHot([Int32], length: Int)
    }

    private let part: SelectedPart
    /// In words, for the report.
    let name: String
    private let isTuple: Bool
    private let fields: [LayoutField]
    private let corpus: CorpusConvention
    private let classNumbers: [Int]
    /// The written number of sentiment for each utterance of the store; empty where that has none.
    private let sentiment: [Int]
    private let speakers: Speakers
    private let hasNumbers: Bool

    /// - Throws: ``StoreToolsError`` where the layout has no place for what the store is, or lacks something.
    init(_ choice: inout LayoutChoice) throws(StoreToolsError) {
        part = choice.part
        corpus = try Self.corpus(choice)
        let isMELD = corpus.name == CorpusConvention.meld.name
        let ends: [LayoutField] = [.dialogues(ofSplits: ["train", "valid"]), .dialogues(ofSplits: ["test"])]
        switch choice.layout {
        case .cosmic:
            isTuple = false
            let rows = try choice.layers().map { LayoutField.rows($0) }
            let splits = ["train", "test", "valid"].map { LayoutField.dialogues(ofSplits: [$0]) }
            fields = [.speakers, .labels] + (isMELD ? [.sentiment] : []) + rows + [.sentences] + splits
            name = "\(corpus.name) RoBERTa (list of \(fields.count))"
        case .sdt:
            isTuple = true
            let rows = try choice.layers() + [choice.feature(.audio), choice.feature(.visual)]
            fields =
                [.utteranceIDs, .speakers, .labels] + rows.map { .rows($0) } + [.sentences] + ends
                + (isMELD ? [.dialogues(ofSplits: ["valid"])] : [])
            name = "\(corpus.name) combined (\(fields.count) fields)"
        case .iemocapBase, .meldBase, .mmgcn, .mmsa:
            isTuple = true
            let rows = [try choice.feature(.text), try choice.feature(.audio), try choice.feature(.visual)]
            fields =
                [.utteranceIDs, .speakers, .labels] + rows.map { .rows($0) } + [.sentences] + ends
                + (isMELD ? [.dialogues(ofSplits: ["valid"])] : [])
            name = "\(corpus.name) base (\(fields.count) fields)"
        }
        try choice.checkSplits()
        choice.noteWhatIsLeftOut()
        classNumbers = choice.classNumbers(corpus)
        choice.noteUnlabelled()
        speakers = try Self.speakers(corpus, &choice)
        let store = part.store
        hasNumbers =
            corpus.hasNumberedDialogues
            && part.dialogues.allSatisfy { Int(store.dialogues[$0].id).map(String.init) == store.dialogues[$0].id }
        sentiment = Self.sentiment(of: store)
        if choice.layout == .cosmic, isMELD, sentiment.isEmpty {
            choice.notes.append("The store has no sentiment beside the emotions: that field holds -1.")
        }
        if choice.layout != .cosmic, !store.dialogues(inSplit: "valid").isEmpty {
            choice.notes.append(
                "The layout lists train and valid dialogues together; the file of --layout cosmic tells them apart.")
        }
    }

    private static func corpus(_ choice: LayoutChoice) throws(StoreToolsError) -> CorpusConvention {
        let known: [CorpusConvention]
        switch choice.layout {
        case .iemocapBase: return .iemocap
        case .meldBase: return .meld
        case .cosmic: known = [.iemocap, .meld, .emoryNLP, .dailyDialog]
        case .mmgcn, .sdt, .mmsa: known = [.iemocap, .meld]
        }
        if let found = CorpusConvention.of(choice.part.store, among: known) { return found }
        throw choice.refused(
            "its files differ between \(known.map(\.name).joined(separator: ", ")), and this store's dataset is '\(choice.part.store.dataset)'"
                + (choice.layout == .mmgcn ? "; give --layout iemocap-base or meld-base" : ""))
    }

    /// MELD's numbers where the names of the classes are MELD's, otherwise the store's.
    private static func sentiment(of store: Store) -> [Int] {
        guard let target = store.targets.first(where: { $0.name.utf8.elementsEqual("sentiment".utf8) }) else {
            return []
        }
        let published = target.labelNames.map { CorpusConvention.sentiment.firstIndex(of: $0) }
        let numbers = published.contains(nil) ? Array(target.labelNames.indices) : published.compactMap(\.self)
        return target.labels.map { $0 < 0 ? -1 : numbers[Int($0)] }
    }

    // MARK: Speakers

    private static func speakers(
        _ corpus: CorpusConvention, _ choice: inout LayoutChoice
    ) throws(StoreToolsError) -> Speakers {
        let (store, part) = (choice.part.store, choice.part)
        switch corpus.speakers {
        case .names(let known):
            let used = Set(part.runs.joined().map { Int(store.speakers[$0]) }).sorted()
            if let other = used.first(where: { speaker in
                !known.contains { $0.utf8.elementsEqual(store.speakerNames[speaker].utf8) }
            }) {
                throw choice.refused(
                    "the layout calls speakers \(known.joined(separator: " and ")), and here is '\(store.speakerNames[other])'"
                )
            }
            return .names
        case .oneHot(let published):
            var (numbers, length) = ([Int32](repeating: 0, count: store.utteranceCount), published)
            for index in part.dialogues {
                var places: [UInt32: Int] = [:]
                for row in store.dialogues[index].range {
                    let speaker = store.speakers[row]
                    let own = store.speakerScope == .dialogue ? Int(speaker) : places.count
                    let number = places[speaker] ?? own
                    places[speaker] = number
                    numbers[row] = Int32(clamping: number)
                    length = max(length, number + 1)
                }
            }
            if store.speakerScope == .dialogue { length = max(length, store.speakerNames.count) }
            if store.speakerScope == .corpus {
                choice.notes.append(
                    "Speakers have no names in the layout: they are numbered by their first appearance in each dialogue."
                )
            } else if store.speakerNames != store.speakerNames.indices.map(String.init) {
                choice.notes.append("Speakers have no names in the layout, only the store's numbers.")
            }
            guard length <= 4096 else {
                throw choice.refused("a dialogue has the speaker \(length - 1), and lists of 4096 are the most")
            }
            if length > published {
                choice.notes.append(
                    "Speakers are lists of \(length) numbers; those of the published files have \(published).")
            }
            return .oneHot(numbers, length: length)
        }
    }

    // MARK: Writing

    func write(to file: OutputFile) throws {
        let pickle = try PickleWriter(to: file)
        if isTuple {
            try pickle.tuple { for field in fields { try write(field, to: pickle) } }
        } else {
            try pickle.list(count: fields.count) { try write(fields[$0], to: pickle) }
        }
        try pickle.end()
    }

    private func write(_ field: LayoutField, to pickle: PickleWriter) throws {
        if case .dialogues(let splits) = field {
            let store = part.store
            let chosen = part.dialogues.filter { index in
                store.dialogues[index].split.map { splits.contains(store.splits[$0].name) } ?? false
            }
            // A file that lists one split lists it as the store does, which took its order from such a file.
            let ordered =
                splits.count == 1 && !isTuple
                ? chosen
                : chosen.sorted { (store.dialogues[$0].sourcePosition, $0) < (store.dialogues[$1].sourcePosition, $1) }
            return try pickle.list(count: ordered.count) { try key(ordered[$0], to: pickle) }
        }
        try pickle.dictionary(count: part.dialogues.count) { place in
            let index = part.dialogues[place]
            try key(index, to: pickle)
            try entry(field, part.store.dialogues[index].range, to: pickle)
        }
    }

    private func key(_ dialogue: Int, to pickle: PickleWriter) throws {
        let id = part.store.dialogues[dialogue].id
        if hasNumbers, let number = Int(id) { try pickle.integer(number) } else { try pickle.text(id) }
    }

    /// The utterances of a dialogue.
    private func entry(_ field: LayoutField, _ rows: Range<Int>, to pickle: PickleWriter) throws {
        let store = part.store
        switch field {
        case .utteranceIDs: try pickle.texts(Array(store.utteranceIDs[rows]))
        case .sentences: try pickle.texts(try store.sentences(rows))
        case .labels:
            try pickle.integers(store.labels[rows].map { $0 < 0 ? -1 : classNumbers[Int($0)] })
        case .sentiment: try pickle.integers(rows.map { sentiment.isEmpty ? -1 : sentiment[$0] })
        case .speakers:
            switch speakers {
            case .names: try pickle.texts(store.speakers[rows].map { store.speakerNames[Int($0)] })
            case .oneHot(let numbers, let length):
                let rows = Array(rows)
                try pickle.list(count: rows.count) { place in
                    let number = numbers[rows[place]]
                    try pickle.integers((0..<length).map { $0 == number ? 1 : 0 })
                }
            }
        case .rows(let feature):
            try pickle.array(type: "f4", shape: [rows.count, feature.width], itemBytes: 4) { file in
                try RowBlocks.visit([rows], width: feature.width) { rows, buffer in
                    try store.readRows(of: feature.name, rows, into: buffer)
                    try file.write(UnsafeRawBufferPointer(buffer))
                }
            }
        case .dialogues: break
        }
    }
}
