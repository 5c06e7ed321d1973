import Conversion
import Foundation

/// One utterance of a list: the bytes of each column in UTF-8, nil where it says nothing. They lie in the reader's memory
/// and are gone with the next row.
struct TableRow {
    var dialogue = UnsafeRawBufferPointer(start: nil, count: 0)
    var utterance: UnsafeRawBufferPointer?
    var speaker: UnsafeRawBufferPointer?
    var label: UnsafeRawBufferPointer?
    var split: UnsafeRawBufferPointer?
    var text: UnsafeRawBufferPointer?
    var sentiment: UnsafeRawBufferPointer?

    /// What the row has in a column.
    func bytes(of column: TableColumn) -> UnsafeRawBufferPointer? {
        switch column {
        case .dialogue: dialogue
        case .utterance: utterance
        case .speaker: speaker
        case .label: label
        case .split: split
        case .text: text
        case .sentiment: sentiment
        }
    }
}

/// How lists are written: where their columns stand, what is between them, and what their bytes mean.
struct ListForm {
    var names = ListNames()
    /// Between the columns of CSV; nil for a tab in files called .tsv or .tab and a comma in all others.
    var delimiter: UInt8?
    var encoding = TextEncoding.utf8

    /// Visits the rows of a CSV or JSON-lines file, told apart by its first character.
    /// - Parameter visit: Receives the row and its line, counted from 1.
    /// - Returns: The names of the columns, or those in the first of the JSON objects, and whether the text was decoded although it
    ///   seems to be UTF-8.
    func forEachRow(
        in file: InputFile, _ visit: (TableRow, Int) throws -> Void
    ) throws -> (names: [String], looksLikeUTF8: Bool) {
        let head = try file.read(at: 0, count: min(64, file.bytes))
        if let other = TableFormat.other(head) {
            throw ConversionError.input("\(file.name) is \(other): give a list of utterances as CSV or JSON lines.")
        }
        let first = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }.first
        guard let first else {
            throw ConversionError.input("\(file.name) is empty: give a manifest with one line per utterance.")
        }
        if first == UInt8(ascii: "{") {
            if let several = names.given.first(where: { $0.value.count > 1 }) {
                throw ConversionError.input(
                    "\(file.name) holds JSON lines, and --column gives several names for the \(several.key.rawValue): one-hot columns are read from CSV."
                )
            }
            let lines = JSONLines(file, names: names, encoding: encoding)
            try lines.forEach(visit)
            return (lines.firstNames ?? [], lines.looksLikeUTF8)
        }
        if first == UInt8(ascii: "[") {
            throw ConversionError.input(
                "\(file.name) begins as a JSON array does: give JSON lines, one object on each line and nothing between them."
            )
        }
        return try forEachRecord(in: file, visit)
    }

    private func delimiter(of file: InputFile) -> UInt8 {
        let ending = URL(fileURLWithPath: file.name).pathExtension.lowercased()
        return delimiter ?? UInt8(ascii: ["tsv", "tab"].contains(ending) ? "\t" : ",")
    }

    private func forEachRecord(
        in file: InputFile, _ visit: (TableRow, Int) throws -> Void
    ) throws -> (names: [String], looksLikeUTF8: Bool) {
        let lines = CSVLines(file, delimiter: delimiter(of: file), encoding: encoding)
        let header = try lines.next() ? lines.fields.map { String(decoding: $0, as: UTF8.self) } : []
        let columns = try ListColumns(header: header, names: names, file: file.name)
        guard let dialogue = columns.places[.dialogue] else { preconditionFailure("a list without dialogues") }
        let (utterance, speaker) = (columns.places[.utterance], columns.places[.speaker])
        let (label, split, text) = (columns.places[.label], columns.places[.split], columns.places[.text])
        let sentiment = columns.places[.sentiment]
        let oneHot = OneHot(columns.oneHot, header: header)
        while try lines.next() {
            let fields = lines.fields
            guard fields.count == header.count else {
                throw ConversionError.input(
                    "\(file.name): line \(lines.line) has \(fields.count) fields for \(header.count) columns.")
            }
            var row = TableRow(
                dialogue: fields[dialogue], utterance: utterance.map { fields[$0] },
                speaker: speaker.map { fields[$0] },
                label: label.map { fields[$0] }, split: split.map { fields[$0] }, text: text.map { fields[$0] },
                sentiment: sentiment.map { fields[$0] })
            if !oneHot.columns.isEmpty {
                do throws(OneHot.Fault) {
                    row.label = try oneHot.label(of: fields)
                } catch {
                    throw ConversionError.input("\(file.name): line \(lines.line) \(error.reason).")
                }
            }
            try visit(row, lines.line)
        }
        return (header, lines.looksLikeUTF8)
    }
}

/// A label that is several columns of zeros and a one: the class is the name of the column with the one.
private final class OneHot {
    struct Fault: Error { let reason: String }

    let columns: [Int]
    private let header: [String]
    private let names: [UnsafeMutableRawBufferPointer]

    init(_ columns: [Int], header: [String]) {
        (self.columns, self.header) = (columns, header)
        names = columns.map { column in
            let name = UnsafeMutableRawBufferPointer.allocate(byteCount: header[column].utf8.count, alignment: 1)
            name.copyBytes(from: header[column].utf8)
            return name
        }
    }

    deinit { for name in names { name.deallocate() } }

    /// The class of a record; nil where its columns are empty.
    func label(of fields: [UnsafeRawBufferPointer]) throws(Fault) -> UnsafeRawBufferPointer? {
        var found: Int?
        var isEmpty = true
        for (index, column) in columns.enumerated() {
            let field = fields[column]
            isEmpty = isEmpty && field.isEmpty
            if field.isEmpty || Self.zeros.contains(where: field.elementsEqual) { continue }
            guard Self.ones.contains(where: field.elementsEqual) else {
                let value = TableFormat.shortened(String(decoding: field, as: UTF8.self))
                throw Fault(reason: "has '\(value)' in the column \(name(column)), where a one-hot label has 0 or 1")
            }
            if let found {
                throw Fault(
                    reason:
                        "has a 1 both in \(name(columns[found])) and in \(name(column)), where a one-hot label has a single one"
                )
            }
            found = index
        }
        guard found != nil || isEmpty else {
            throw Fault(
                reason:
                    "has no 1 in the columns of its label: leave all of them empty where an utterance has no label")
        }
        return found.map { UnsafeRawBufferPointer(names[$0]) }
    }

    private func name(_ column: Int) -> String { TableFormat.shortened(header[column]) }

    private static let zeros = ["0", "0.0", "False", "false"].map { Array($0.utf8) }
    private static let ones = ["1", "1.0", "True", "true"].map { Array($0.utf8) }
}
