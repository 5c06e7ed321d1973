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

    /// Visits the rows of a CSV or JSON-lines file, told apart by its first character.
    /// - Parameter visit: Receives the row and its line, counted from 1.
    static func forEach(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws {
        let head = try file.read(at: 0, count: min(64, file.bytes))
        let first = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }.first
        guard let first else {
            throw ConversionError.input("\(file.name) is empty: give a manifest with one line per utterance.")
        }
        if first == UInt8(ascii: "{") {
            try JSONLines(file).forEach(visit)
        } else {
            try forEachRecord(in: file, visit)
        }
    }

    private static func forEachRecord(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws {
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
            throw ConversionError.input(
                "\(file.name) has no column called dialogue in its first line: name the columns dialogue, utterance, speaker, label, split, text."
            )
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
    }
}
