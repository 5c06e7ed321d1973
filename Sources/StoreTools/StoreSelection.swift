import Conversations
import FeatureStore
import Files

/// A part of a store: some of its dialogues, some of its features. Everything that is nil is taken whole.
public struct StoreSelection: Sendable, Equatable {
    /// Ids of dialogues.
    public var dialogues: [String]?
    /// Patterns over the ids of dialogues, with `*`, `?` and `[…]` as in shells. A dialogue must be named by ``dialogues`` or fit one.
    public var dialoguePatterns: [String]?
    /// Names of splits. Dialogues must satisfy this too.
    public var splits: [String]?
    /// Modalities.
    public var modalities: [Modality]?
    /// Names of features. Features must satisfy this and ``modalities``.
    public var features: [String]?

    /// A selection; see the properties. Without arguments, the whole store.
    public init(
        dialogues: [String]? = nil, dialoguePatterns: [String]? = nil, splits: [String]? = nil,
        modalities: [Modality]? = nil, features: [String]? = nil
    ) {
        self.dialogues = dialogues
        self.dialoguePatterns = dialoguePatterns
        self.splits = splits
        self.modalities = modalities
        self.features = features
    }

    /// In words, for provenance.
    var words: String {
        let parts: [(String, [String]?)] = [
            ("dialogues", dialogues), ("dialogues like", dialoguePatterns), ("splits", splits),
            ("modalities", modalities?.map(\.rawValue)), ("features", features),
        ]
        let words = parts.compactMap { name, values in values.map { "\(name) \(SplitPlan.list($0, separator: ","))" } }
        return words.isEmpty ? "everything" : words.joined(separator: "; ")
    }
}

/// What a selection takes from a store.
struct SelectedPart {
    let store: Store
    /// The indices of the dialogues, in stored order.
    let dialogues: [Int]
    /// The features, in the store's order.
    let features: [FeatureDescription]

    /// - Throws: ``StoreToolsError`` for a name the store does not know, or where nothing is left.
    init(_ selection: StoreSelection, of store: Store) throws(StoreToolsError) {
        func refuse(_ what: String, _ name: String, _ known: [String]) -> StoreToolsError {
            let list = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
            return StoreToolsError("store '\(store.path)' has no \(what) '\(name)'; it has \(list)")
        }
        if let ids = selection.dialogues {
            let known = Set(store.dialogues.map { Array($0.id.utf8) })
            let unknown = ids.filter { !known.contains(Array($0.utf8)) }
            if unknown.count == 1 { throw refuse("dialogue", unknown[0], store.dialogues.map(\.id)) }
            if !unknown.isEmpty {
                let some = unknown.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
                throw StoreToolsError(
                    "store '\(store.path)' lacks \(unknown.count) of the \(ids.count) dialogues that are named: \(some)\(unknown.count > 3 ? ", …" : "")"
                )
            }
        }
        let patterns = selection.dialoguePatterns?.map { ($0, NamePattern($0)) }
        if let unmet = patterns?.first(where: { _, pattern in !store.dialogues.contains { pattern.fits($0.id) } }) {
            throw refuse("dialogue like", unmet.0, store.dialogues.map(\.id))
        }
        let splitNames = store.splits.map(\.name)
        if let unknown = selection.splits?.first(where: { !Self.contains(splitNames, $0) }) {
            throw refuse("split", unknown, splitNames)
        }
        if let unknown = selection.features?.first(where: { store.feature(named: $0) == nil }) {
            throw refuse("feature", unknown, store.features.map(\.name))
        }
        // Names are bytes: a composed letter and its parts make two.
        let ids = selection.dialogues.map { Set($0.map { Array($0.utf8) }) }
        self.store = store
        dialogues = store.dialogues.indices.filter { index in
            let dialogue = store.dialogues[index]
            let isNamed = ids?.contains(Array(dialogue.id.utf8)) ?? (patterns == nil)
            return (isNamed || patterns?.contains { $1.fits(dialogue.id) } ?? false)
                && (selection.splits.map { Self.contains($0, dialogue.split.map { splitNames[$0] } ?? "") } ?? true)
        }
        features = store.features.filter { feature in
            (selection.modalities?.contains(feature.modality) ?? true)
                && (selection.features.map { Self.contains($0, feature.name) } ?? true)
        }
        guard !dialogues.isEmpty, !features.isEmpty else {
            throw StoreToolsError(
                "nothing of store '\(store.path)' is selected: no \(features.isEmpty ? "feature" : "dialogue") is \(selection.words)"
            )
        }
    }

    private static func contains(_ names: [String], _ name: String) -> Bool {
        names.contains { $0.utf8.elementsEqual(name.utf8) }
    }

    /// The number of utterances.
    var utteranceCount: Int { dialogues.reduce(0) { $0 + store.dialogues[$1].range.count } }

    /// Whether every dialogue of the store is taken.
    var isWhole: Bool { dialogues.count == store.dialogues.count }

    /// The rows of the dialogues in as few ranges as they allow.
    var runs: [Range<Int>] {
        dialogues.reduce(into: []) { runs, index in
            let range = store.dialogues[index].range
            if let last = runs.last, last.upperBound == range.lowerBound {
                runs[runs.count - 1] = last.lowerBound..<range.upperBound
            } else {
                runs.append(range)
            }
        }
    }

    /// Visits the rows of a feature in order, a few megabytes at a time.
    func forEachBlock(of feature: FeatureDescription, _ visit: (UnsafeBufferPointer<Float>) throws -> Void) throws {
        try RowBlocks.visit(runs, width: feature.width) { rows, buffer in
            try store.readRows(of: feature.name, rows, into: buffer)
            try visit(UnsafeBufferPointer(buffer))
        }
    }

    /// Values of all utterances, from an array over the store's.
    func values<Values: RandomAccessCollection>(_ all: Values) -> [Values.Element] where Values.Index == Int {
        runs.flatMap { all[$0] }
    }
}

/// Walks over row ranges in pieces that bound memory.
enum RowBlocks {
    /// The bytes of a piece, unless a single row is larger.
    static let bytes = 4 << 20

    /// Visits all ranges in pieces, with one buffer for each piece's float32 values.
    static func visit(
        _ runs: [Range<Int>], width: Int, _ visit: (Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void
    ) throws {
        let step = max(1, bytes / (4 * max(width, 1)))
        let largest = runs.reduce(0) { max($0, $1.count) }
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(step, max(largest, 1)) * width)
        defer { buffer.deallocate() }
        for run in runs {
            for start in stride(from: run.lowerBound, to: run.upperBound, by: step) {
                let rows = start..<min(start + step, run.upperBound)
                try visit(rows, UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * width)]))
            }
        }
    }
}

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
        for index in part.dialogues { try join.add(index, of: store, sourceOffset: 0) }
        var manifest = try join.manifest(features: part.features)
        try origin.record("subset: \(selection.words)", of: [store], in: &manifest)
        return try join.write(manifest, to: output, options: options)
    }
}
