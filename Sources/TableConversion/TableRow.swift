import Conversion
import Foundation

/// What a manifest may say of an utterance.
enum TableColumn: String, CaseIterable {
    case dialogue, utterance, speaker, label, split, text
}

/// One utterance of a manifest: the bytes of each column in UTF-8, nil where it says nothing. They lie in the reader's memory
/// and are gone with the next row.
struct TableRow {
    var dialogue = UnsafeRawBufferPointer(start: nil, count: 0)
    var utterance: UnsafeRawBufferPointer?
    var speaker: UnsafeRawBufferPointer?
    var label: UnsafeRawBufferPointer?
    var split: UnsafeRawBufferPointer?
    var text: UnsafeRawBufferPointer?

    /// What the row has in a column.
    func bytes(of column: TableColumn) -> UnsafeRawBufferPointer? {
        switch column {
        case .dialogue: dialogue
        case .utterance: utterance
        case .speaker: speaker
        case .label: label
        case .split: split
        case .text: text
        }
    }

    /// Visits the rows of a CSV or JSON-lines file, told apart by its first character.
    /// - Parameter visit: Receives the row and its line, counted from 1.
    /// - Returns: The names of the columns, or those in the first of the JSON objects.
    static func forEach(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws -> [String] {
        let head = try file.read(at: 0, count: min(64, file.bytes))
        if let other = TableFormat.other(head) {
            throw ConversionError.input("\(file.name) is \(other): give a list of utterances as CSV or JSON lines.")
        }
        let first = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }.first
        guard let first else {
            throw ConversionError.input("\(file.name) is empty: give a manifest with one line per utterance.")
        }
        if first == UInt8(ascii: "{") {
            let lines = JSONLines(file)
            try lines.forEach(visit)
            return lines.firstNames ?? []
        }
        if first == UInt8(ascii: "[") {
            throw ConversionError.input(
                "\(file.name) begins as a JSON array does: give JSON lines, one object on each line and nothing between them."
            )
        }
        return try forEachRecord(in: file, visit)
    }

    private static func forEachRecord(
        in file: InputFile, _ visit: (TableRow, Int) throws -> Void
    ) throws -> [String] {
        let lines = CSVLines(file)
        let names = try lines.next() ? lines.fields.map { String(decoding: $0, as: UTF8.self) } : []
        var columns: [TableColumn: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let key = TableColumn(rawValue: name.trimmingCharacters(in: .whitespaces).lowercased()) else {
                continue
            }
            guard columns.updateValue(index, forKey: key) == nil else {
                throw ConversionError.input("\(file.name) has two columns called \(key.rawValue): remove one.")
            }
        }
        guard let dialogue = columns[.dialogue] else {
            throw ConversionError.input(TableFormat.missingDialogue(names, in: file.name))
        }
        let (utterance, speaker, label) = (columns[.utterance], columns[.speaker], columns[.label])
        let (split, text) = (columns[.split], columns[.text])
        while try lines.next() {
            let fields = lines.fields
            guard fields.count == names.count else {
                throw ConversionError.input(
                    "\(file.name): line \(lines.line) has \(fields.count) fields for \(names.count) columns.")
            }
            let row = TableRow(
                dialogue: fields[dialogue], utterance: utterance.map { fields[$0] },
                speaker: speaker.map { fields[$0] },
                label: label.map { fields[$0] }, split: split.map { fields[$0] }, text: text.map { fields[$0] })
            try visit(row, lines.line)
        }
        return names
    }
}
