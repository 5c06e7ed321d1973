import Foundation

/// One utterance of a manifest; nil where it says nothing.
struct TableRow: Decodable {
    var dialogue: String
    var utterance: String?
    var speaker: String?
    var label: String?
    var split: String?
    var text: String?

    enum CodingKeys: String, CodingKey, CaseIterable { case dialogue, utterance, speaker, label, split, text }

    init(dialogue: String) { self.dialogue = dialogue }

    /// From a JSON object, whose ids and labels may be numbers.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func string(_ key: CodingKeys) throws -> String? {
            if let text = try? values.decodeIfPresent(String.self, forKey: key) { return text }
            return try values.decodeIfPresent(Int.self, forKey: key).map(String.init)
        }
        guard let dialogue = try string(.dialogue) else {
            throw DecodingError.keyNotFound(CodingKeys.dialogue, .init(codingPath: [], debugDescription: "no dialogue"))
        }
        self.dialogue = dialogue
        utterance = try string(.utterance)
        speaker = try string(.speaker)
        label = try string(.label)
        split = try string(.split)
        text = try string(.text)
    }

    /// Visits the rows of a CSV or JSON-lines file, told apart by its first character.
    /// - Parameter visit: Receives the row and its line, counted from 1.
    static func forEach(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws {
        let head = try file.read(at: 0, count: min(64, file.bytes))
        let first = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }.first
        guard let first else { throw ConversionError.input("\(file.name) is empty: give a manifest with one line per utterance.") }
        if first == UInt8(ascii: "{") {
            try forEachObject(in: file, visit)
        } else {
            try forEachRecord(in: file, visit)
        }
    }

    private static func forEachRecord(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws {
        var lines = CSVLines(file)
        let names = try lines.record() ?? []
        var columns: [CodingKeys: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let key = CodingKeys(rawValue: name.trimmingCharacters(in: .whitespaces).lowercased()) else { continue }
            guard columns.updateValue(index, forKey: key) == nil else {
                throw ConversionError.input("\(file.name) has two columns called \(key.rawValue): remove one.")
            }
        }
        guard let dialogue = columns[.dialogue] else {
            throw ConversionError.input(
                "\(file.name) has no column called dialogue in its first line: name the columns dialogue, utterance, speaker, label, split, text.")
        }
        while let fields = try lines.record() {
            guard fields.count == names.count else {
                throw ConversionError.input("\(file.name): line \(lines.line) has \(fields.count) fields for \(names.count) columns.")
            }
            func field(_ key: CodingKeys) -> String? { columns[key].map { fields[$0] } }
            var row = TableRow(dialogue: fields[dialogue])
            (row.utterance, row.speaker, row.label) = (field(.utterance), field(.speaker), field(.label))
            (row.split, row.text) = (field(.split), field(.text))
            try visit(row, lines.line)
        }
    }

    private static func forEachObject(in file: InputFile, _ visit: (TableRow, Int) throws -> Void) throws {
        let decoder = JSONDecoder()
        var (rest, offset, line) = ([UInt8](), 0, 0)
        func take(_ bytes: ArraySlice<UInt8>) throws {
            line += 1
            guard bytes.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { return }
            let row: TableRow
            do {
                row = try decoder.decode(TableRow.self, from: Data(bytes))
            } catch {
                throw ConversionError.input(
                    "\(file.name): line \(line) is no JSON object with a dialogue and with texts or whole numbers as its values.")
            }
            try visit(row, line)
        }
        while offset < file.bytes {
            let piece = try file.read(at: offset, count: min(1 << 20, file.bytes - offset))
            offset += piece.count
            rest += piece
            var begin = 0
            while let end = rest[begin...].firstIndex(of: UInt8(ascii: "\n")) {
                try take(rest[begin..<end])
                begin = end + 1
            }
            rest.removeFirst(begin)
            guard rest.count < 16 << 20 else {
                throw ConversionError.input("\(file.name): line \(line + 1) is longer than 16 MiB: give one object per line.")
            }
        }
        if !rest.isEmpty { try take(rest[...]) }
    }
}
