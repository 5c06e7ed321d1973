import Conversion
import FeatureStore

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
    private var speakers = ByteInterner()
    private var speakerOfRow: [UInt32] = []
    private var utteranceIDs = StringColumn()
    /// Rows without an id, rising.
    private var unnamed: [UInt32] = []
    private var texts = StringColumn()

    /// Reads all rows; `progress` is called now and then.
    init(_ file: InputFile, progress: () throws -> Void) throws {
        var (ids, splits) = (ByteInterner(), SplitNames())
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        try TableRow.forEach(in: file) { row, line in
            func refuse(_ what: String) -> ConversionError { .input("\(file.name): line \(line) \(what).") }
            guard !row.dialogue.isEmpty, !row.dialogue.contains(0) else { throw refuse("has no dialogue") }
            guard dialogueOfRow.count < UInt32.max else {
                throw refuse("is beyond the \(UInt32.max) utterances that a manifest may have")
            }
            let split: String?
            switch splits.split(row.split) {
            case .none: split = nil
            case .named(let name): split = name
            case .unknown(let name):
                throw refuse("has the split '\(name.prefix(20))'; the splits are train, valid and test")
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
            if row.utterance == nil { unnamed.append(UInt32(dialogueOfRow.count)) }
            dialogueOfRow.append(UInt32(place))
            utteranceIDs.append(utf8: row.utterance ?? none)
            labelOfRow.append(labels.number(of: row.label ?? none))
            speakerOfRow.append(row.speaker.map { speakers.number(of: $0) } ?? .max)
            texts.append(utf8: row.text ?? none)
            if dialogueOfRow.count.isMultiple(of: 4096) { try progress() }
        }
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
        let found = Set(labels.strings).subtracting(["", "-1"])
        let names: [String]
        let numbers = found.compactMap { Int($0) }
        if let given {
            names = given
        } else if numbers.count == found.count, numbers.allSatisfy({ (0..<4096).contains($0) }) {
            names = (0..<(numbers.max() ?? -1) + 1).map(String.init)
        } else {
            names = found.sorted()
        }
        guard names.count <= 4096 else {
            throw .input("\(name) names \(names.count) classes, which are too many for labels.")
        }
        let places = Dictionary(names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        let classes = labels.strings.map { label -> Int32? in
            if label.isEmpty || label == "-1" { return -1 }
            return places[label] ?? Int32(label).flatMap { names.indices.contains(Int($0)) ? $0 : nil }
        }
        if let unknown = Self.first(rows, labelOfRow.count, where: { classes[Int(labelOfRow[$0])] == nil }) {
            let label = labels.strings[Int(labelOfRow[unknown])]
            throw .input(
                "\(name): the label '\(label.prefix(20))' of dialogue \(dialogues[Int(dialogueOfRow[unknown])].id) is none of \(names.joined(separator: ", "))."
            )
        }
        defer { labelOfRow = [] }
        return (Self.map(rows, labelOfRow) { classes[Int($0)] ?? -1 }, names)
    }

    /// The speakers by number in the order of `rows`, and their names, sorted. Leaves none behind.
    mutating func takeSpeakers(_ rows: [UInt32]?) -> ([UInt32], [String]) {
        let found = Array(speakers.strings)
        let isUnknown = speakerOfRow.contains(.max)
        let names = Set(found + (isUnknown ? ["unknown"] : [])).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt32($0)) })
        let numbers = found.map { places[$0] ?? 0 }
        let unknown = places["unknown"] ?? 0
        defer { speakerOfRow = [] }
        return (Self.map(rows, speakerOfRow) { $0 == .max ? unknown : numbers[Int($0)] }, names)
    }

    /// The ids in the order of `rows`, made from the dialogue's where the manifest gives none. Leaves none behind.
    mutating func takeUtteranceIDs(_ order: [Int], _ rows: [UInt32]?) -> StringColumn {
        defer { utteranceIDs = StringColumn() }
        if unnamed.isEmpty { return Self.arrange(utteranceIDs, rows) }
        var ids = StringColumn()
        var next = 0
        for place in order {
            for number in 0..<dialogues[place].rowCount {
                let row = rows.map { Int($0[next]) } ?? next
                if isUnnamed(row) {
                    ids.append("\(dialogues[place].id)_\(number)")
                } else {
                    utteranceIDs.withUTF8(row) { ids.append(utf8: $0) }
                }
                next += 1
            }
        }
        return ids
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

/// What the words of the column `split` mean.
private struct SplitNames {
    enum Meaning {
        case none
        case named(String)
        case unknown(String)
    }

    private var words = ByteInterner()
    private var meanings: [Meaning] = []

    mutating func split(_ word: UnsafeRawBufferPointer?) -> Meaning {
        guard let word else { return .none }
        let number = Int(words.number(of: word))
        if number == meanings.count { meanings.append(Self.meaning(of: words.strings[number])) }
        return meanings[number]
    }

    private static func meaning(of word: String) -> Meaning {
        switch word {
        case "train", "test": .named(word)
        case "valid", "dev", "val", "validation": .named("valid")
        default: .unknown(word)
        }
    }
}
