import FeatureStore
import Files

/// Dialogues of one or more stores on their way into a new one.
struct StoreJoin {
    private struct Piece {
        var store: Store
        var dialogue: Int
    }

    private var pieces: [Piece] = []
    private var entries: [DialogueEntry] = []
    private var speakerNumbers: [UInt32] = []
    private var splits: [SplitDescription] = []
    private var origins: [JoinedOrigin] = []
    private var speakers = JoinedSpeakers()
    private let splitNames: [String]
    private let labelNames: [String]
    private let template: Store
    /// What is put before the ids of a store's dialogues and utterances; nothing for stores that are not named.
    private let prefixes: [ObjectIdentifier: String]

    /// - Parameters:
    ///   - splitNames: The order of the new store's splits.
    ///   - template: The store that names dataset and scope of speakers, and whose speakers keep their numbers.
    ///   - prefixes: For each store what is put before its ids.
    init(splitNames: [String], labelNames: [String], template: Store, prefixes: [(Store, String)] = []) {
        self.splitNames = splitNames
        self.labelNames = labelNames
        self.template = template
        self.prefixes = Dictionary(prefixes.map { (ObjectIdentifier($0), $1) }, uniquingKeysWith: { first, _ in first })
        speakers.keep(all: template)
    }

    /// Adds a dialogue behind those added before.
    /// - Parameters:
    ///   - sourceOffset: Where its store's source order begins in the new one.
    ///   - newSplit: Its split there; nil for the one that it has.
    mutating func add(
        _ index: Int, of store: Store, sourceOffset: Int, to newSplit: SplitDescription? = nil
    ) throws(StoreToolsError) {
        let dialogue = store.dialogues[index]
        guard let split = newSplit ?? dialogue.split.map({ store.splits[$0] }) else {
            throw StoreToolsError(
                "dialogue '\(dialogue.id)' of '\(store.path)' belongs to no split; mend its source and convert it again"
            )
        }
        if let known = splits.firstIndex(where: { $0.name == split.name }) {
            // A new split has one origin, which need not be compared for every dialogue.
            if newSplit == nil { origins[known].add(split.origin) }
        } else {
            splits.append(split)
            origins.append(JoinedOrigin(split.origin))
        }
        for speaker in store.speakers[dialogue.range] { speakerNumbers.append(speakers.number(of: speaker, in: store)) }
        pieces.append(Piece(store: store, dialogue: index))
        entries.append(
            DialogueEntry(
                id: prefix(of: store) + dialogue.id, utteranceCount: dialogue.range.count,
                split: splitNames.firstIndex(of: split.name) ?? 0,
                sourcePosition: sourceOffset + dialogue.sourcePosition))
    }

    private func prefix(of store: Store) -> String { prefixes[ObjectIdentifier(store)] ?? "" }

    /// Everything but the rows.
    func manifest(features: [FeatureDescription]) throws(StoreError) -> StoreManifest {
        var splits = splits
        for index in splits.indices { splits[index].origin = origins[index].text }
        let ordered = splitNames.compactMap { name in splits.first { $0.name == name } }
        // Positions of the dialogues that are here: 0 to their number, in the order they had.
        let positions = entries.indices.sorted { (entries[$0].sourcePosition, $0) < (entries[$1].sourcePosition, $1) }
        var dialogues = entries
        for (position, index) in positions.enumerated() { dialogues[index].sourcePosition = position }
        for index in dialogues.indices {
            let name = splitNames[dialogues[index].split]
            dialogues[index].split = ordered.firstIndex { $0.name == name } ?? 0
        }
        var (sentences, ids, labels) = (StringColumn(), StringColumn(), [Int32]())
        for (store, rows) in runs {
            sentences += try store.sentences(rows)
            let prefix = prefix(of: store)
            if prefix.isEmpty {
                ids += store.utteranceIDs[rows]
            } else {
                for id in store.utteranceIDs[rows] { ids.append(prefix + id) }
            }
            labels += store.labels[rows]
        }
        var manifest = StoreManifest(
            dataset: template.dataset, dialogues: dialogues, utteranceIDs: ids, labels: labels,
            speakers: speakerNumbers,
            sentences: sentences, labelNames: labelNames, speakerNames: speakers.names,
            speakerScope: template.speakerScope,
            splits: ordered, features: features)
        manifest.targets = template.targets.map { target in
            let parts = runs.map { store, rows in
                (store.targets.first { $0.name.utf8.elementsEqual(target.name.utf8) }, rows)
            }
            return LabelSet(
                name: target.name, labelNames: target.labelNames,
                labels: parts.flatMap { part, rows in part?.labels[rows] ?? [] },
                values: target.values.map { _ in parts.flatMap { part, rows in part?.values?[rows] ?? [] } })
        }
        return manifest
    }

    /// Writes the new store, rows a few megabytes at a time.
    func write(_ manifest: StoreManifest, to output: OutputPath, options: StoreWriterOptions) throws -> WrittenStore {
        var options = options
        options.overwrites = output.overwrites
        let runs = runs
        return try StoreWriter.write(manifest, to: output.path, options: options) { writer in
            for feature in manifest.features {
                for (store, rows) in runs {
                    try RowBlocks.visit([rows], width: feature.width) { rows, buffer in
                        try store.readRows(of: feature.name, rows, into: buffer)
                        try writer.append(rows: UnsafeBufferPointer(buffer), to: feature.name)
                    }
                }
                try writer.noteInexactValues(
                    sum(of: feature.name, from: 0) { $0 += try $1.inexactValues(of: $2) }, of: feature.name)
                try writer.noteMendedValues(
                    sum(of: feature.name, from: MendedValues()) { $0 += try $1.mendedValues(of: $2) }, of: feature.name)
            }
        }
    }

    /// The sum over the stores. Which rows these values stand in is not recorded: for a part of a store it is an upper bound.
    private func sum<Count>(
        of feature: String, from zero: Count, _ add: (inout Count, Store, String) throws -> Void
    ) throws -> Count {
        var (counted, sum) = (Set<ObjectIdentifier>(), zero)
        for piece in pieces where counted.insert(ObjectIdentifier(piece.store)).inserted {
            try add(&sum, piece.store, feature)
        }
        return sum
    }

    /// The rows in as few ranges as possible.
    private var runs: [(store: Store, rows: Range<Int>)] {
        pieces.reduce(into: []) { runs, piece in
            let range = piece.store.dialogues[piece.dialogue].range
            if let last = runs.last, last.store === piece.store, last.rows.upperBound == range.lowerBound {
                runs[runs.count - 1].rows = last.rows.lowerBound..<range.upperBound
            } else {
                runs.append((piece.store, range))
            }
        }
    }
}
