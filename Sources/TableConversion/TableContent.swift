import Conversion
import FeatureStore
import Foundation

/// What lists say, in their own order: a few numbers for each utterance, and its id and its sentence end to end with all
/// others. The parts are taken out in the store's order, one after the other, so that no more than one is there twice.
struct TableContent {
    struct Dialogue {
        /// As the store has it.
        var id: String
        /// As the list has it.
        var listID: String
        var split: String?
        /// The split as the list or the user says it: dev for valid.
        var splitWord: String?
        /// The list that it stands in.
        var list: Int
        var rowCount = 0
    }

    /// Where a label stands first.
    struct Place {
        var list: String
        var line: Int
    }

    /// The dialogues in the order of their first rows.
    var dialogues: [Dialogue] = []
    /// Whether any row names a split.
    private(set) var hasSplits = false
    /// For each row its dialogue.
    private(set) var dialogueOfRow: [UInt32] = []
    private var labels = ByteInterner()
    private var labelOfRow: [UInt32] = []
    /// For each distinct label where it stands first.
    private var labelPlaces: [Place] = []
    /// The second labels, where the lists have them.
    private var sentiments = ByteInterner()
    private var sentimentOfRow: [UInt32] = []
    private var sentimentPlaces: [Place] = []
    private var speakers = ByteInterner()
    private var speakerOfRow: [UInt32] = []
    private var utteranceIDs = StringColumn()
    /// Rows without an id, rising.
    private var unnamed: [UInt32] = []
    private var texts = StringColumn()
    /// The rows that were kept, where some were dropped.
    private var kept: [UInt32]?
    /// What a user should know of the names and texts.
    private(set) var warnings: [String] = []
    /// Whether the split was put before the dialogues' ids.
    private(set) var idsHaveSplits = false
    /// The lists' names in a sentence.
    let name: String
    /// The bytes that the name of a dialogue, an utterance, a speaker or a class may have: columns are as wide as their longest.
    static let longestName = 512

    /// Reads all rows; `progress` is called now and then with the number of the list.
    init(_ lists: [(file: InputFile, split: String?)], form: ListForm, progress: (Int) throws -> Void) throws {
        let shown = lists.prefix(3).map(\.file.name)
        name = shown.joined(separator: ", ") + (lists.count > shown.count ? ", …" : "")
        for (index, list) in lists.enumerated() {
            try read(list.file, split: list.split, number: index, form: form) { try progress(index) }
        }
        if lists.count > 1 { try makeIDsUnique(lists) }
    }

    private mutating func read(
        _ file: InputFile, split given: String?, number: Int, form: ListForm, progress: () throws -> Void
    ) throws {
        let first = dialogues.count
        var (ids, splits) = (ByteInterner(), SplitNames())
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        var latin = Windows1252Marks()
        var absent = TableColumn.allCases
        var givenSplit: String?
        if let given {
            guard case .named(let name) = SplitNames.meaning(of: given) else {
                throw ConversionError.input(
                    "--split gives \(file.name) the split '\(TableFormat.shortened(given))'; the splits are train, valid and test."
                )
            }
            (givenSplit, hasSplits) = (name, true)
        }
        let (columns, looksLikeUTF8) = try form.forEachRow(in: file) { row, line in
            func refuse(_ what: String) -> ConversionError { .input("\(file.name): line \(line) \(what).") }
            guard !row.dialogue.isEmpty else { throw refuse("has no dialogue") }
            if let fault = Self.fault(row) { throw refuse(fault) }
            guard dialogueOfRow.count < UInt32.max else {
                throw refuse("is beyond the \(UInt32.max) utterances that a manifest may have")
            }
            let split: String?
            switch splits.split(row.split) {
            case .none: split = givenSplit
            case .named(let name): split = name
            case .unknown(let name):
                throw refuse("has the split '\(TableFormat.shortened(name))'; the splits are train, valid and test")
            }
            guard givenSplit == nil || split == givenSplit else {
                throw refuse("has the split \(split ?? ""), and --split gives the whole list the split \(given ?? "")")
            }
            hasSplits = hasSplits || split != nil
            let place = first + Int(ids.number(of: row.dialogue))
            if place == dialogues.count {
                let id = String(decoding: row.dialogue, as: UTF8.self)
                let word = given ?? row.split.map { String(decoding: $0, as: UTF8.self) }
                dialogues.append(Dialogue(id: id, listID: id, split: split, splitWord: word, list: number))
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
            if labelPlaces.endIndex < labels.strings.endIndex {
                labelPlaces.append(Place(list: file.name, line: line))
            }
            if form.names.given[.sentiment] != nil {
                sentimentOfRow.append(sentiments.number(of: row.sentiment ?? none))
                if sentimentPlaces.endIndex < sentiments.strings.endIndex {
                    sentimentPlaces.append(Place(list: file.name, line: line))
                }
            }
            speakerOfRow.append(row.speaker.flatMap { $0.isEmpty ? nil : speakers.number(of: $0) } ?? .max)
            texts.append(utf8: row.text ?? none)
            if let text = row.text { latin.look(at: text, line: line) }
            // Most lists have every column in the first row.
            if !absent.isEmpty { absent = absent.filter { row.bytes(of: $0) == nil } }
            if dialogueOfRow.count.isMultiple(of: 4096) { try progress() }
        }
        // In CSV a column that is not there is refused at once.
        let given = form.names.given
        if dialogues.count > first,
            let missing = absent.first(where: { given[$0]?.count == 1 && columns.isEmpty == false }),
            let name = given[missing]?.first, !columns.contains(name)
        {
            throw ConversionError.input(
                "\(file.name) has nothing called '\(TableFormat.shortened(name))', which --column gives for the \(missing.rawValue)."
            )
        }
        warnings += TableFormat.warnings(
            columns: columns, missing: absent.filter { given[$0] == nil }, used: given.values.flatMap { $0 },
            in: file.name)
        warnings += latin.warnings(file.name)
        if looksLikeUTF8 {
            warnings.append(
                "\(file.name): all of its letters beyond ASCII stand as UTF-8 writes them, and --encoding \(form.encoding.rawValue) makes others of them; leave the option out if texts look wrong."
            )
        }
        warnings += NamesThatLookAlike.warnings(dialogues: ids.strings, speakers: speakers.strings, file.name)
    }

    /// Puts the split before all ids where lists use one id for two dialogues.
    private mutating func makeIDsUnique(_ lists: [(file: InputFile, split: String?)]) throws(ConversionError) {
        var places: [[UInt8]: Int] = [:]
        guard let (one, other) = Self.firstRepeated(dialogues, \.id, &places) else { return }
        let (first, second) = (dialogues[one], dialogues[other])
        let both =
            "dialogue \(first.listID) stands in \(lists[first.list].file.name) and in \(lists[second.list].file.name)"
        guard first.split != second.split, dialogues.allSatisfy({ $0.split != nil }) else {
            throw .input(
                first.split == nil
                    ? "The \(both): give each list with its split (--split train=\(lists[first.list].file.name)), which keeps them apart, or each dialogue an id of its own."
                    : "The \(both), both of the split \(first.split ?? ""): give each dialogue an id of its own."
            )
        }
        for index in dialogues.indices {
            let id = "\(dialogues[index].split ?? "")_\(dialogues[index].listID)"
            guard id.utf8.count <= Self.longestName else {
                throw .input(
                    "The \(both), and with its split before it an id has more than \(Self.longestName) bytes: give each dialogue a shorter id of its own."
                )
            }
            dialogues[index].id = id
        }
        places.removeAll()
        if let (one, other) = Self.firstRepeated(dialogues, \.id, &places) {
            throw .input(
                "The dialogue \(dialogues[one].listID) stands twice in the split \(dialogues[one].split ?? ""), in \(lists[dialogues[one].list].file.name) and in \(lists[dialogues[other].list].file.name): give each dialogue an id of its own."
            )
        }
        idsHaveSplits = true
        warnings.append(
            "The lists use one id for several dialogues, as \(first.listID) in \(lists[first.list].file.name) and in \(lists[second.list].file.name): all ids have their split before them, as \(dialogues[one].id)."
        )
    }

    private static func firstRepeated(
        _ dialogues: [Dialogue], _ id: KeyPath<Dialogue, String>, _ places: inout [[UInt8]: Int]
    ) -> (Int, Int)? {
        for (index, dialogue) in dialogues.enumerated() {
            if let other = places.updateValue(index, forKey: Array(dialogue[keyPath: id].utf8)) {
                return (other, index)
            }
        }
        return nil
    }

    /// What a name of the row cannot be; nil where all can be kept.
    private static func fault(_ row: TableRow) -> String? {
        fault(row.dialogue, "dialogue") ?? fault(row.utterance, "utterance") ?? fault(row.speaker, "speaker")
            ?? fault(row.label, "label") ?? fault(row.sentiment, "sentiment")
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
}

// MARK: Ids and rows

extension TableContent {
    /// The number of rows that are kept.
    var rowCount: Int { dialogueOfRow.count }

    /// Visits what the lists say of each row, in their order.
    func forEachUtterance(_ visit: (Int, IDPattern.Utterance) throws -> Void) rethrows {
        var numbers = [Int](repeating: 0, count: dialogues.count)
        for (row, place) in dialogueOfRow.enumerated() {
            let dialogue = dialogues[Int(place)]
            var id = dialogue.listID
            try id.withUTF8 { id in
                try utteranceIDs.withUTF8(row) { utterance in
                    try visit(
                        row,
                        IDPattern.Utterance(
                            dialogue: UnsafeRawBufferPointer(id), utterance: utterance, number: numbers[Int(place)],
                            split: dialogue.splitWord))
                }
            }
            numbers[Int(place)] += 1
        }
    }

    /// What a row is called in a sentence.
    func description(ofRow row: Int) -> String {
        let id = utteranceIDs.withUTF8(row) { String(decoding: $0, as: UTF8.self) }
        let dialogue = dialogues[Int(dialogueOfRow[row])].id
        return id.isEmpty ? "an utterance of dialogue \(dialogue)" : "utterance \(id) of dialogue \(dialogue)"
    }

    /// Leaves rows out. The ids of the others stay as they are, made ones too.
    /// - Returns: The dialogues that have no rows then, which are left out too.
    mutating func drop(_ isDropped: [Bool]) throws(ConversionError) -> [String] {
        utteranceIDs = try completeIDs()
        unnamed = []
        let rows = isDropped.indices.filter { !isDropped[$0] }.map(UInt32.init)
        for row in isDropped.indices where isDropped[row] { dialogues[Int(dialogueOfRow[row])].rowCount -= 1 }
        let empty = dialogues.filter { $0.rowCount == 0 }.map(\.id)
        var (places, filled) = ([UInt32](), [Dialogue]())
        for dialogue in dialogues {
            places.append(UInt32(filled.count))
            if dialogue.rowCount > 0 { filled.append(dialogue) }
        }
        dialogues = filled
        dialogueOfRow = rows.map { places[Int(dialogueOfRow[Int($0)])] }
        labelOfRow = rows.map { labelOfRow[Int($0)] }
        if !sentimentOfRow.isEmpty { sentimentOfRow = rows.map { sentimentOfRow[Int($0)] } }
        speakerOfRow = rows.map { speakerOfRow[Int($0)] }
        utteranceIDs = Self.arrange(utteranceIDs, rows)
        texts = Self.arrange(texts, rows)
        kept = rows
        return empty
    }

    // MARK: Order

    /// For each row of a store with the dialogues in `order`, the row that it comes from; nil where that is the
    /// lists' order.
    func rows(_ order: [Int]) -> [UInt32]? {
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

    /// The same in terms of the lists' rows, of which some may have been dropped.
    func sourceRows(_ rows: [UInt32]?) -> [UInt32]? {
        guard let kept else { return rows }
        return rows?.map { kept[Int($0)] } ?? kept
    }

    // MARK: Parts

    /// The classes by number in the order of `rows`, -1 for none, and their names. Leaves no labels behind.
    mutating func takeLabels(_ rows: [UInt32]?, _ given: [String]?) throws(ConversionError) -> ([Int32], [String]) {
        let classes = try TableClasses(labels.strings, places: labelPlaces, given: given, file: name)
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

    /// The second labels in the order of `rows`; nil where the lists have none. Leaves none behind.
    mutating func takeSentiments(_ rows: [UInt32]?) throws(ConversionError) -> LabelSet? {
        guard !sentimentOfRow.isEmpty else { return nil }
        let classes = try TableClasses(
            sentiments.strings, places: sentimentPlaces, given: nil, file: name, column: .sentiment)
        warnings += classes.warnings
        defer { sentimentOfRow = [] }
        // Without given names, every label is one of the classes or none.
        let labels = Self.map(rows, sentimentOfRow) { (classes.numbers[Int($0)] ?? nil) ?? -1 }
        return LabelSet(name: "sentiment", labelNames: classes.names, labels: labels)
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

    /// The ids in the order of `rows`, made from the dialogue's where the lists give none. Leaves none behind.
    mutating func takeUtteranceIDs(_ rows: [UInt32]?) throws(ConversionError) -> StringColumn {
        let ids = try completeIDs()
        utteranceIDs = StringColumn()
        return Self.arrange(ids, rows)
    }

    /// The ids in the lists' order; where one is missing, the dialogue's id and the number in it.
    private func completeIDs() throws(ConversionError) -> StringColumn {
        guard !unnamed.isEmpty else { return utteranceIDs }
        // Only where a dialogue has both can a made id be another one's.
        var given: [UInt32: Set<[UInt8]>] = [:]
        if unnamed.count < dialogueOfRow.count {
            for row in unnamed { given[dialogueOfRow[Int(row)]] = [] }
            for (row, place) in dialogueOfRow.enumerated() where given[place] != nil {
                utteranceIDs.withUTF8(row) { if !$0.isEmpty { _ = given[place]!.insert(Array($0)) } }
            }
        }
        var ids = StringColumn()
        ids.reserve(strings: dialogueOfRow.count, bytes: utteranceIDs.bytes.count)
        var numbers = [Int](repeating: 0, count: dialogues.count)
        var next = 0
        for (row, place) in dialogueOfRow.enumerated() {
            defer { numbers[Int(place)] += 1 }
            guard next < unnamed.count, unnamed[next] == row else {
                utteranceIDs.withUTF8(row) { ids.append(utf8: $0) }
                continue
            }
            next += 1
            let made = "\(dialogues[Int(place)].id)_\(numbers[Int(place)])"
            guard given[place]?.contains(Array(made.utf8)) != true else {
                throw .input(
                    "\(name): utterance \(numbers[Int(place)] + 1) of dialogue \(dialogues[Int(place)].id) has no id, and another one has the id that it would get, \(made): give each an id."
                )
            }
            ids.append(made)
        }
        return ids
    }

    /// The sentences in the order of `rows`. Leaves none behind.
    mutating func takeTexts(_ rows: [UInt32]?) -> StringColumn {
        defer { texts = StringColumn() }
        return Self.arrange(texts, rows)
    }

    private static func arrange(_ column: StringColumn, _ rows: [UInt32]?) -> StringColumn {
        guard let rows else { return column }
        var arranged = StringColumn()
        arranged.reserve(strings: rows.count, bytes: rows.count == column.count ? column.bytes.count : 0)
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
