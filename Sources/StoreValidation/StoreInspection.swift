import FeatureStore
import HDF5

/// A dataset as it was found.
struct DatasetInspection: Sendable {
    var path: String
    var shape: [Int]
    var type: ElementType
    var storage: DatasetStorage
    /// The SHA-256 that the file states, where it does.
    var statedSHA256: String?
}

/// A feature that has rows of float32 for every utterance, so that its values can be checked.
struct FeatureInspection: Sendable {
    var name: String
    var path: String
    var rows: Int
    var width: Int
    /// Where its rows begin in the file, end to end; nil where they are compressed.
    var offset: Int?
}

/// An open file seen without trust: whatever is missing, damaged or of a wrong type is nil here, and the rules say so.
final class StoreInspection {
    let path: String
    let file: File
    /// Every dataset that can be opened, by path.
    private(set) var datasets: [String: DatasetInspection] = [:]
    /// Every group, by path.
    private(set) var groups: Set<String> = []
    /// What is not looked into, and why: links out of the file, data that lies elsewhere.
    private(set) var refused: [(path: String, refusal: Refusal)] = []
    /// Objects that cannot be opened, with the reason.
    private(set) var unreadable: [(path: String, reason: String)] = []

    init(path: String) throws {
        self.path = path
        self.file = try File(inspecting: path)
        let contents = file.contents()
        groups = Set(contents.groups)
        refused = contents.refused
        unreadable = contents.unreadable.map { ($0.path, "\($0.error)") }
        for path in contents.datasets { inspect(path) }
    }

    private func inspect(_ path: String) {
        do {
            let dataset = try file.openDataset(path)
            datasets[path] = DatasetInspection(
                path: path, shape: dataset.shape, type: dataset.elementType, storage: try dataset.storage(),
                statedSHA256: dataset.hasAttribute("sha256") ? try dataset.readString(attribute: "sha256") : nil)
        } catch {
            unreadable.append((path, "\(error)"))
        }
    }

    // MARK: Checksums

    /// What the pass over the features has found of their bytes; nothing until it has run.
    var rowEvidence = RowEvidence()

    /// What the file's last line says of all bytes before it; nil where it cannot be read. Asked for after the pass over the
    /// features, so that only what the pass has not read is read then.
    private(set) lazy var closing: ClosingChecksum.State? = try? ClosingChecksum.state(
        of: path, known: rowEvidence.extents)

    // MARK: Tables, nil where they cannot be used

    private(set) lazy var dialogueIDs: StringTable? = strings(StorePath.dialogueID)
    private(set) lazy var splitNames: [String]? = names(StorePath.splitNames)
    private(set) lazy var labelNames: [String]? = names(StorePath.labelNames)
    private(set) lazy var speakerNames: [String]? = names(StorePath.speakerNames)
    private(set) lazy var labels: [Int32]? = numbers(StorePath.label)
    private(set) lazy var speakers: [UInt32]? = numbers(StorePath.speaker)
    private(set) lazy var dialogueSplits: [UInt8]? = numbers(StorePath.dialogueSplit)
    private(set) lazy var sourceOrder: [UInt32]? = numbers(StorePath.sourceOrder)
    private(set) lazy var utteranceOffsets: [UInt64]? = numbers(StorePath.utteranceOffset)
    private(set) lazy var textOffsets: [UInt64]? = numbers(StorePath.textOffset)

    /// The number of utterances: the rows of `/utterances/label`.
    var utteranceCount: Int? { datasets[StorePath.label]?.shape.first }
    /// The number of dialogues: the rows of `/dialogues/id`.
    var dialogueCount: Int? { datasets[StorePath.dialogueID]?.shape.first }

    /// The names of the sets of labels beside those of emotion.
    private(set) lazy var targetNames: [String] = groups.filter { $0.hasPrefix(StorePath.targets + "/") }
        .map { String($0.dropFirst(StorePath.targets.count + 1)) }.filter { !$0.contains("/") }.sorted()

    /// The utterances of each dialogue, nil where the offsets are not what they must be.
    private(set) lazy var dialogueRanges: [Range<Int>]? = {
        guard let offsets = utteranceOffsets, let utterances = utteranceCount, let dialogues = dialogueCount,
            offsets.count == dialogues + 1, offsets.first == 0, offsets.last == UInt64(utterances),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        return zip(offsets, offsets.dropFirst()).map { Int($0)..<Int($1) }
    }()

    /// The split of each utterance (255 for none), nil where it cannot be told.
    private(set) lazy var utteranceSplits: [UInt8]? = {
        guard let ranges = dialogueRanges, let splits = dialogueSplits, splits.count == ranges.count else { return nil }
        return zip(ranges, splits).flatMap { repeatElement($1, count: $0.count) }
    }()

    /// The features whose values can be checked.
    private(set) lazy var features: [FeatureInspection] = datasets.values
        .filter { dataset in
            dataset.path.hasPrefix(StorePath.features + "/") && dataset.type == .of(.float32)
                && dataset.shape.count == 2 && dataset.shape[1] > 0
        }
        .map {
            FeatureInspection(
                name: String($0.path.dropFirst(StorePath.features.count + 1)), path: $0.path, rows: $0.shape[0],
                width: $0.shape[1], offset: $0.storage.offset)
        }
        .sorted { $0.name < $1.name }

    func numbers<Value: Scalar>(_ path: String) -> [Value]? {
        guard let found = datasets[path], found.type == .of(Value.scalarType), found.shape.count == 1 else {
            return nil
        }
        return try? file.openDataset(path).readAll()
    }

    /// Reads rows of a list of strings, without trust in what the file claims to hold.
    func strings(_ path: String, rows: Range<Int>? = nil) -> StringTable? {
        guard let found = datasets[path], case .string(let size) = found.type, found.shape.count == 1, size > 0,
            let dataset = try? file.openDataset(path), (try? dataset.requirePlausibleSize()) != nil
        else { return nil }
        let rows = rows ?? 0..<found.shape[0]
        guard rows.upperBound <= found.shape[0] else { return nil }
        var bytes = [UInt8](repeating: 0, count: rows.count * size)
        guard (try? bytes.withUnsafeMutableBytes({ try dataset.readStoredBytes(rows: rows, into: $0) })) != nil else {
            return nil
        }
        return StringTable(bytes: bytes, size: size, count: rows.count)
    }

    func names(_ path: String) -> [String]? {
        strings(path).map { table in table.indices.map { table.text($0) } }
    }

    // MARK: Places

    /// A dialogue by its index, with its id where that is known.
    func example(dialogue index: Int, _ detail: String = "") -> Example {
        let id = dialogueIDs.flatMap { $0.indices.contains(index) ? $0.text(index) : nil }
        return Example(
            "dialogue \(id.map { "'\($0)'" } ?? "\(index)")\(detail.isEmpty ? "" : ": \(detail)")", dialogue: id,
            utterance: nil, row: index)
    }

    /// An utterance by its row, with its id and its dialogue's where they are known.
    func example(row: Int, column: Int? = nil, _ detail: String = "") -> Example {
        // Few rows are ever shown; millions of ids are not held for them.
        let utterance = strings(StorePath.utteranceID, rows: row..<row + 1)?.text(0)
        var dialogue: String?
        if let ranges = dialogueRanges, let ids = dialogueIDs, ids.count == ranges.count {
            // The last dialogue that begins at or before the row.
            var (low, high) = (0, ranges.count)
            while low < high {
                let middle = (low + high) / 2
                if ranges[middle].upperBound <= row { low = middle + 1 } else { high = middle }
            }
            if low < ranges.count { dialogue = ids.text(low) }
        }
        var text = "row \(row)"
        if let column { text += ", column \(column)" }
        if let utterance { text += " (utterance '\(utterance)'\(dialogue.map { " of dialogue '\($0)'" } ?? ""))" }
        if !detail.isEmpty { text += ": \(detail)" }
        return Example(text, dialogue: dialogue, utterance: utterance, row: row, column: column)
    }

    /// The name of a split by its number.
    func splitName(_ split: UInt8) -> String {
        splitNames.flatMap { $0.indices.contains(Int(split)) ? $0[Int(split)] : nil } ?? "split \(split)"
    }
}

/// The strings of a fixed-length dataset, in one piece of memory.
struct StringTable: Sendable {
    private let bytes: [UInt8]
    private let size: Int
    /// The number of strings.
    let count: Int

    init(bytes: [UInt8], size: Int, count: Int) {
        precondition(bytes.count == size * count, "\(bytes.count) bytes for \(count) strings of \(size)")
        (self.bytes, self.size, self.count) = (bytes, size, count)
    }

    var indices: Range<Int> { 0..<count }

    /// The bytes of a string before its filling.
    subscript(row: Int) -> ArraySlice<UInt8> {
        bytes[row * size..<(row + 1) * size].prefix { $0 != 0 }
    }

    /// A string; what is not UTF-8 becomes the replacement character.
    func text(_ row: Int) -> String { String(decoding: self[row], as: UTF8.self) }
}
