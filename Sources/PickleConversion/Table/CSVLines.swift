import Foundation

/// The records of a CSV file (RFC 4180), read in pieces: fields in quotes may hold commas, newlines and doubled quotes.
struct CSVLines {
    private let file: InputFile
    private var piece: [UInt8] = []
    private var next = 0
    private var offset = 0
    /// The line on which the last record began, counted from 1.
    private(set) var line = 0
    private var newlines = 0

    private static let pieceBytes = 1 << 20
    private static let longestRecord = 16 << 20

    init(_ file: InputFile) { self.file = file }

    private mutating func byte() throws(ConversionError) -> UInt8? {
        if next == piece.count {
            guard offset < file.bytes else { return nil }
            piece = try file.read(at: offset, count: min(Self.pieceBytes, file.bytes - offset))
            offset += piece.count
            next = 0
        }
        defer { next += 1 }
        return piece[next]
    }

    /// The fields of the next record that is not empty, nil at the end.
    mutating func record() throws(ConversionError) -> [String]? {
        while true {
            guard let fields = try fields() else { return nil }
            if fields != [""] { return fields }
        }
    }

    private mutating func fields() throws(ConversionError) -> [String]? {
        var fields: [String] = [], field: [UInt8] = []
        var (quoted, wasQuoted, any, total) = (false, false, false, 0)
        line = newlines + 1
        while let byte = try byte() {
            any = true
            total += 1
            guard total < Self.longestRecord else { throw refuse("is longer than \(Self.longestRecord) bytes: a quote is not closed") }
            if byte == UInt8(ascii: "\n") { newlines += 1 }
            if quoted {
                if byte == UInt8(ascii: "\"") { quoted = false } else { field.append(byte) }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                // A quote right after a closing one is a quote; anywhere but at a field's beginning it stands for itself.
                if wasQuoted { field.append(byte) } else if !field.isEmpty { field.append(byte); continue }
                (quoted, wasQuoted) = (true, true)
            case UInt8(ascii: ","):
                fields.append(try text(field))
                field.removeAll(keepingCapacity: true)
                wasQuoted = false
            case UInt8(ascii: "\n"):
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                return fields + [try text(field)]
            default: field.append(byte)
            }
        }
        guard !quoted else { throw refuse("has a quote that is not closed") }
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        return any ? fields + [try text(field)] : nil
    }

    private func text(_ bytes: [UInt8]) throws(ConversionError) -> String {
        let content = line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: content, as: UTF8.self) else { throw refuse("is not UTF-8: save the file as UTF-8") }
        return text
    }

    private func refuse(_ what: String) -> ConversionError { .input("\(file.name): the record on line \(line) \(what).") }
}
