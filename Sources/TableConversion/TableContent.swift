import Conversion
import FeatureStore
import Foundation

/// What a manifest says, in its own order: a few numbers for each utterance, and its id and its sentence end to end with all
/// others. The parts are taken out in the store's order, one after the other, so that no more than one is there twice.
struct TableContent {
    struct Dialogue {
        var id: String
        var split: String?
        var rowCount = 0
    }

    /// The dialogues in the order of their first rows.
    var dialogues: [Dialogue] = []
    /// Whether any row names a split.
    private(set) var hasSplits = false
    /// For each row its dialogue.
    private(set) var dialogueOfRow: [UInt32] = []
    private var labels = ByteInterner()
    private var labelOfRow: [UInt32] = []
    /// For each distinct label the line where it stands first.
    private var labelLines: [Int] = []
    private var speakers = ByteInterner()
    private var speakerOfRow: [UInt32] = []
    private var utteranceIDs = StringColumn()
    /// Rows without an id, rising.
    private var unnamed: [UInt32] = []
    private var texts = StringColumn()
    /// What a user should know of the names and texts.
    private(set) var warnings: [String] = []
    /// The bytes that the name of a dialogue, an utterance, a speaker or a class may have: columns are as wide as their longest.
    static let longestName = 512

    /// Reads all rows; `progress` is called now and then.
    init(_ file: InputFile, progress: () throws -> Void) throws {
        var (ids, splits) = (ByteInterner(), SplitNames())
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        var latin = Windows1252Marks()
        var absent = TableColumn.allCases
        let columns = try TableRow.forEach(in: file) { row, line in
            func refuse(_ what: String) -> ConversionError { .input("\(file.name): line \(line) \(what).") }
            guard !row.dialogue.isEmpty else { throw refuse("has no dialogue") }
            if let fault = Self.fault(row) { throw refuse(fault) }
            guard dialogueOfRow.count < UInt32.max else {
                throw refuse("is beyond the \(UInt32.max) utterances that a manifest may have")
            }
            let split: String?
            switch splits.split(row.split) {
            case .none: split = nil
            case .named(let name): split = name
            case .unknown(let name):
                throw refuse("has the split '\(TableFormat.shortened(name))'; the splits are train, valid and test")
            }
            hasSplits = hasSplits || split != nil
            let place = Int(ids.number(of: row.dialogue))
            if place == dialogues.count {
                dialogues.append(Dialogue(id: String(decoding: row.dialogue, as: UTF8.self), split: split))
            }
            guard dialogues[place].split == split else {
                throw refuse(
                    "puts dialogue \(dialogues[place].id) into the split \(split ?? "of none") after it was in \(dialogues[place].split ?? "none")"
                )
            }
            dialogues[place].rowCount += 1
            if row.utterance?.isEmpty ?? true { unnamed.append(UInt32(dialogueOfRow.count)) }
            dialogueOfRow.append(UInt32(place))
            utteranceIDs.append(utf8: row.utterance ?? none)
            labelOfRow.append(labels.number(of: row.label ?? none))
            if labelLines.endIndex < labels.strings.endIndex { labelLines.append(line) }
            speakerOfRow.append(row.speaker.flatMap { $0.isEmpty ? nil : speakers.number(of: $0) } ?? .max)
            texts.append(utf8: row.text ?? none)
            if let text = row.text { latin.look(at: text, line: line) }
            // Most lists have every column in the first row.
            if !absent.isEmpty { absent = absent.filter { row.bytes(of: $0) == nil } }
            if dialogueOfRow.count.isMultiple(of: 4096) { try progress() }
        }
        warnings = TableFormat.warnings(
            columns: columns, missing: absent, in: file.name)
        warnings += latin.warnings(file.name)
        warnings += NamesThatLookAlike.warnings(dialogues: ids.strings, speakers: speakers.strings, file.name)
    }

    /// What a name of the row cannot be; nil where all can be kept.
    private static func fault(_ row: TableRow) -> String? {
        fault(row.dialogue, "dialogue") ?? fault(row.utterance, "utterance") ?? fault(row.speaker, "speaker")
            ?? fault(row.label, "label")
    }

    private static func fault(_ name: UnsafeRawBufferPointer?, _ what: StaticString) -> String? {
        guard let name, let base = name.baseAddress else { return nil }
        if name.count > longestName {
            return "has a name of \(name.count) bytes as its \(what): \(longestName) are the most"
        }
        // A column of strings ends each at its first zero byte.
        if memchr(base, 0, name.count) != nil { return "has a zero byte in the \(what)" }
        return nil
    }

    // MARK: Order

    /// For each row of a store with the dialogues in `order`, the manifest's row that it comes from; nil where that is the
    /// manifest's order.
    func sourceRows(_ order: [Int]) -> [UInt32]? {
        var next = [Int](repeating: 0, count: dialogues.count)
        var first = 0
        for place in order {
            next[place] = first
            first += dialogues[place].rowCount
        }
        var rows = [UInt32](repeating: 0, count: dialogueOfRow.count)
        var isSame = true
        for (row, place) in dialogueOfRow.enumerated() {
            rows[next[Int(place)]] = UInt32(row)
            isSame = isSame && next[Int(place)] == row
            next[Int(place)] += 1
        }
        return isSame ? nil : rows
    }

    // MARK: Parts

    /// The classes by number in the order of `rows`, -1 for none, and their names. Leaves no labels behind.
    mutating func takeLabels(
        _ rows: [UInt32]?, _ given: [String]?, _ name: String
    ) throws(ConversionError) -> ([Int32], [String]) {
        let classes = try TableClasses(labels.strings, lines: labelLines, given: given, file: name)
        if let unknown = Self.first(rows, labelOfRow.count, where: { classes.numbers[Int(labelOfRow[$0])] == nil }) {
            let label = labels.strings[Int(labelOfRow[unknown])]
            throw .input(
                "\(name): the label '\(TableFormat.shortened(label))' of dialogue \(dialogues[Int(dialogueOfRow[unknown])].id) is none of \(TableFormat.list(classes.names))."
            )
        }
        warnings += classes.warnings
        defer { labelOfRow = [] }
        return (Self.map(rows, labelOfRow) { classes.numbers[Int($0)] ?? -1 }, classes.names)
    }

    /// The speakers by number in the order of `rows`, and their names, sorted. Leaves none behind.
    mutating func takeSpeakers(_ rows: [UInt32]?) -> ([UInt32], [String]) {
        let found = Array(speakers.strings)
        let isUnknown = speakerOfRow.contains(.max)
        // Names are bytes: a composed letter and its parts make two. Swift's order decides, and bytes where it sees one name.
        let all = Set((found + (isUnknown ? ["unknown"] : [])).map { Array($0.utf8) })
        let names = all.map { String(decoding: $0, as: UTF8.self) }.sorted(by: TableClasses.precedes)
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { (Array($1.utf8), UInt32($0)) })
        let numbers = found.map { places[Array($0.utf8)] ?? 0 }
        let unknown = places[Array("unknown".utf8)] ?? 0
        defer { speakerOfRow = [] }
        return (Self.map(rows, speakerOfRow) { $0 == .max ? unknown : numbers[Int($0)] }, names)
    }

    /// The ids in the order of `rows`, made from the dialogue's where the manifest gives none. Leaves none behind.
    mutating func takeUtteranceIDs(
        _ order: [Int], _ rows: [UInt32]?, _ name: String
    ) throws(ConversionError) -> StringColumn {
        defer { utteranceIDs = StringColumn() }
        if unnamed.isEmpty { return Self.arrange(utteranceIDs, rows) }
        var ids = StringColumn()
        var next = 0
        let isMixed = unnamed.count < dialogueOfRow.count
        for place in order {
            let own = isMixed ? givenIDs(rows, next..<next + dialogues[place].rowCount) : []
            for number in 0..<dialogues[place].rowCount {
                let row = rows.map { Int($0[next]) } ?? next
                if isUnnamed(row) {
                    let made = "\(dialogues[place].id)_\(number)"
                    guard own.isEmpty || !own.contains(Array(made.utf8)) else {
                        throw .input(
                            "\(name): utterance \(number + 1) of dialogue \(dialogues[place].id) has no id, and another one has the id that it would get, \(made): give each an id."
                        )
                    }
                    ids.append(made)
                } else {
                    utteranceIDs.withUTF8(row) { ids.append(utf8: $0) }
                }
                next += 1
            }
        }
        return ids
    }

    private func givenIDs(_ rows: [UInt32]?, _ range: Range<Int>) -> Set<[UInt8]> {
        Set(
            range.compactMap { next in
                let row = rows.map { Int($0[next]) } ?? next
                return isUnnamed(row) ? nil : utteranceIDs.withUTF8(row) { Array($0) }
            })
    }

    private func isUnnamed(_ row: Int) -> Bool {
        var (low, high) = (0, unnamed.count)
        while low < high {
            let middle = (low + high) / 2
            if unnamed[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low < unnamed.count && unnamed[low] == row
    }

    /// The sentences in the order of `rows`. Leaves none behind.
    mutating func takeTexts(_ rows: [UInt32]?) -> StringColumn {
        defer { texts = StringColumn() }
        return Self.arrange(texts, rows)
    }

    private static func arrange(_ column: StringColumn, _ rows: [UInt32]?) -> StringColumn {
        guard let rows else { return column }
        var arranged = StringColumn()
        arranged.reserve(strings: column.count, bytes: column.bytes.count)
        for row in rows { column.withUTF8(Int(row)) { arranged.append(utf8: $0) } }
        return arranged
    }

    private static func map<Value>(_ rows: [UInt32]?, _ numbers: [UInt32], _ value: (UInt32) -> Value) -> [Value] {
        rows?.map { value(numbers[Int($0)]) } ?? numbers.map(value)
    }

    private static func first(_ rows: [UInt32]?, _ count: Int, where isWanted: (Int) -> Bool) -> Int? {
        if let rows { return rows.first { isWanted(Int($0)) }.map(Int.init) }
        return (0..<count).first(where: isWanted)
    }
}
