import Foundation

/// The objects of a JSON-lines file, read in pieces. Plain lines (texts, whole numbers, null) are read in place; whatever else
/// JSON allows is left to Foundation.
final class JSONLines {
    private let file: InputFile
    private let buffer: PieceBuffer
    private let decoder = JSONDecoder()
    private var line = 0

    private static let longestLine = 16 << 20

    init(_ file: InputFile) {
        self.file = file
        buffer = PieceBuffer(file)
    }

    /// Visits the rows with their lines, counted from 1.
    func forEach(_ visit: (TableRow, Int) throws -> Void) throws {
        var searched = 0
        while true {
            let bytes = buffer.bytes
            if let end = Self.newline(in: bytes, from: searched) {
                try take(UnsafeMutableRawBufferPointer(rebasing: bytes[..<end]), visit)
                buffer.use(end + 1)
                searched = 0
                continue
            }
            guard bytes.count < Self.longestLine else {
                throw ConversionError.input(
                    "\(file.name): line \(line + 1) is longer than 16 MiB: give one object per line.")
            }
            searched = bytes.count
            guard buffer.isAtEnd else {
                try buffer.fill()
                continue
            }
            if !bytes.isEmpty { try take(bytes, visit) }
            return
        }
    }

    private static func newline(in bytes: UnsafeMutableRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func take(_ bytes: UnsafeMutableRawBufferPointer, _ visit: (TableRow, Int) throws -> Void) throws {
        line += 1
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { return }
        var object = PlainJSONObject(bytes)
        if let row = object.row() { return try visit(row, line) }
        let decoded: DecodedRow
        do {
            decoded = try decoder.decode(DecodedRow.self, from: Data(object.original))
        } catch {
            throw ConversionError.input(
                "\(file.name): line \(line) is no JSON object with a dialogue and with texts or whole numbers as its values."
            )
        }
        try decoded.withRow { try visit($0, line) }
    }
}

/// A row of any JSON, whose ids and labels may be numbers.
private struct DecodedRow: Decodable {
    private var texts: [TableColumn: String] = [:]

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        for column in TableColumn.allCases {
            let key = Key(stringValue: column.rawValue)
            if let text = try? values.decodeIfPresent(String.self, forKey: key) {
                texts[column] = text
            } else {
                texts[column] = try values.decodeIfPresent(Int.self, forKey: key).map(String.init)
            }
        }
        guard texts[.dialogue] != nil else {
            throw DecodingError.keyNotFound(
                Key(stringValue: TableColumn.dialogue.rawValue), .init(codingPath: [], debugDescription: "no dialogue"))
        }
    }

    /// Calls `body` with the row, whose bytes are gone afterwards.
    func withRow(_ body: (TableRow) throws -> Void) rethrows {
        var (bytes, ranges) = ([UInt8](), [TableColumn: Range<Int>]())
        for (column, text) in texts {
            ranges[column] = bytes.count..<bytes.count + text.utf8.count
            bytes += text.utf8
        }
        try bytes.withUnsafeBytes { bytes in
            func field(_ column: TableColumn) -> UnsafeRawBufferPointer? {
                ranges[column].map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            }
            try body(
                TableRow(
                    dialogue: field(.dialogue)!, utterance: field(.utterance), speaker: field(.speaker),
                    label: field(.label),
                    split: field(.split), text: field(.text)))
        }
    }
}
