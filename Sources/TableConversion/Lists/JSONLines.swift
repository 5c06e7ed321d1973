import Conversion
import FeatureStore
import Foundation

/// The objects of a JSON-lines file, read in pieces. Plain lines (texts, whole numbers, null) are read in place; whatever else
/// JSON allows is left to Foundation.
final class JSONLines {
    private let file: InputFile
    private let buffer: PieceBuffer
    private let decoder = JSONDecoder()
    private let names: ListNames
    private let plainNames: [[UInt8]?]
    private var line = 0
    /// The names in the first object that were looked at; empty where it is no object.
    private(set) var firstNames: [String]?

    private static let longestLine = 16 << 20

    init(_ file: InputFile, names: ListNames = ListNames(), encoding: TextEncoding = .utf8) {
        (self.file, self.names) = (file, names)
        plainNames = TableColumn.allCases.map { names.name(of: $0).map { Array($0.utf8) } }
        buffer = PieceBuffer(file, encoding: encoding)
        decoder.userInfo[DecodedRow.names] = names
    }

    /// Whether the text was decoded although it seems to be UTF-8. Known at the end.
    var looksLikeUTF8: Bool { buffer.looksLikeUTF8 }

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
        if firstNames == nil {
            firstNames = ((try? JSONGrammar.names(ofObject: Array(bytes))) ?? []).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        var object = PlainJSONObject(bytes, names: plainNames)
        if let row = object.row() { return try visit(row, line) }
        try decode(object.original).withRow { try visit($0, line) }
    }

    private func decode(_ bytes: [UInt8]) throws(ConversionError) -> DecodedRow {
        func refuse(_ what: String) -> ConversionError { .input("\(file.name): line \(line) \(what).") }
        guard bytes.withUnsafeBytes({ $0.isUTF8 }) else { throw refuse(TextEncoding.notUTF8) }
        do throws(JSONGrammar.Fault) {
            _ = try JSONGrammar.names(ofObject: bytes)
        } catch {
            switch error {
            case .grammar: throw refuse("is no JSON object: give one whole object per line")
            case .repeatedName: throw refuse("gives two values under one name: remove one")
            case .depth: throw refuse("has lists or objects more than 64 deep: leave them out")
            }
        }
        do {
            return try decoder.decode(DecodedRow.self, from: Data(bytes))
        } catch {
            let name = names.name(of: .dialogue) ?? "dialogue"
            throw refuse(
                "is no JSON object with \(name == "dialogue" ? "a dialogue" : "a dialogue under '\(TableFormat.shortened(name))'") and with texts or whole numbers as its values"
            )
        }
    }
}

/// A row of any JSON, whose ids and labels may be numbers.
private struct DecodedRow: Decodable {
    static let names = CodingUserInfoKey(rawValue: "names")!

    private var texts: [TableColumn: String] = [:]

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let names = decoder.userInfo[Self.names] as? ListNames ?? ListNames()
        for column in TableColumn.allCases {
            guard let name = names.name(of: column) else { continue }
            let key = Key(stringValue: name)
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
                    split: field(.split), text: field(.text), sentiment: field(.sentiment)))
        }
    }
}

/// Reads one line of JSON that is an object of texts, whole numbers and nulls, without making a string of anything. It never
/// guesses: what is not as plain as that it does not read at all.
struct PlainJSONObject {
    private let bytes: UnsafeMutableRawBufferPointer
    /// For each column the name under which it stands.
    private let names: [[UInt8]?]
    private var position = 0
    /// Texts with escapes, which are written without them and must be found again.
    private var escaped: [(at: Int, bytes: [UInt8])] = []

    /// - Parameter bytes: A line; texts with escapes are written over themselves without them.
    init(_ bytes: UnsafeMutableRawBufferPointer, names: [[UInt8]?] = Self.columns) {
        (self.bytes, self.names) = (bytes, names)
    }

    /// The line as it was before ``row()``.
    var original: [UInt8] {
        var line = Array(bytes)
        for (start, text) in escaped { line.replaceSubrange(start..<start + text.count, with: text) }
        return line
    }

    /// The row, or nil where the line is not plain.
    mutating func row() -> TableRow? {
        guard UnsafeRawBufferPointer(bytes).isUTF8, take("{") else { return nil }
        var row = TableRow()
        var seen: UInt8 = 0
        repeat {
            guard let name = text(), take(":") else { return nil }
            let value: UnsafeRawBufferPointer?
            switch peek {
            case UInt8(ascii: "\""):
                guard let text = text() else { return nil }
                value = text
            case UInt8(ascii: "n"):
                guard word("null") else { return nil }
                value = nil
            default:
                guard let number = wholeNumber() else { return nil }
                value = number
            }
            guard
                let index = names.firstIndex(where: {
                    $0.map { $0.count == name.count && $0.elementsEqual(name) } ?? false
                })
            else { continue }
            // The same name twice is not for this reader to judge.
            guard seen & 1 << index == 0 else { return nil }
            seen |= 1 << index
            switch TableColumn.allCases[index] {
            case .dialogue:
                guard let value else { return nil }
                row.dialogue = value
            case .utterance: row.utterance = value
            case .speaker: row.speaker = value
            case .label: row.label = value
            case .split: row.split = value
            case .text: row.text = value
            case .sentiment: row.sentiment = value
            }
        } while take(",")
        guard take("}"), peek == nil, seen & 1 != 0 else { return nil }
        return row
    }

    private static let columns: [[UInt8]?] = TableColumn.allCases.map { column in
        ListNames().name(of: column).map { Array($0.utf8) }
    }

    /// The next byte that is no space.
    private var peek: UInt8? {
        mutating get {
            while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0D
            {
                position += 1
            }
            return position < bytes.count ? bytes[position] : nil
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let expected = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes.count - position >= expected.count,
            bytes[position..<position + expected.count].elementsEqual(expected)
        else { return false }
        position += expected.count
        return true
    }

    /// A number as a program would write it again: no sign before zero, no zero before digits, no fraction.
    private mutating func wholeNumber() -> UnsafeRawBufferPointer? {
        guard position < bytes.count else { return nil }
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let digits = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard position > digits, position - digits <= 18, position < bytes.count else { return nil }
        if bytes[digits] == 0x30, position - start > 1 { return nil }
        guard let next = peek, next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else { return nil }
        var end = position
        while !(0x30...0x39).contains(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    private mutating func text() -> UnsafeRawBufferPointer? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            case UInt8(ascii: "\\"): return escapedText(from: start)
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    /// Goes on with a text at its first escape.
    private mutating func escapedText(from start: Int) -> UnsafeRawBufferPointer? {
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        guard end < bytes.count else { return nil }
        escaped.append((start, Array(bytes[start..<end])))
        var write = position
        while position < end {
            var byte = bytes[position]
            guard byte >= 0x20 else { return nil }
            if byte == UInt8(ascii: "\\") {
                position += 1
                switch bytes[position] {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = bytes[position]
                case UInt8(ascii: "n"): byte = 0x0A
                case UInt8(ascii: "t"): byte = 0x09
                case UInt8(ascii: "r"): byte = 0x0D
                case UInt8(ascii: "b"): byte = 0x08
                case UInt8(ascii: "f"): byte = 0x0C
                default: return nil
                }
            }
            bytes[write] = byte
            (write, position) = (write + 1, position + 1)
        }
        position = end + 1
        return UnsafeRawBufferPointer(rebasing: bytes[start..<write])
    }
}
