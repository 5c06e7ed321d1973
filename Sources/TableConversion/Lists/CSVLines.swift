import Conversion
import FeatureStore

/// The records of a CSV file (RFC 4180, with any delimiter), read in pieces: fields in quotes may hold delimiters, newlines and doubled
/// quotes.
final class CSVLines {
    private let file: InputFile
    private let buffer: PieceBuffer
    private let delimiter: UInt8
    private let encoding: TextEncoding
    /// How much of the buffer the current record takes.
    private var taken = 0
    /// The fields of the current record, in the reader's memory until the next one.
    private(set) var fields: [UnsafeRawBufferPointer] = []
    /// The line on which the current record began, counted from 1.
    private(set) var line = 0
    private var nextLine = 1

    private static let longestRecord = 16 << 20

    init(_ file: InputFile, delimiter: UInt8 = UInt8(ascii: ","), encoding: TextEncoding = .utf8) {
        (self.file, self.delimiter, self.encoding) = (file, delimiter, encoding)
        buffer = PieceBuffer(file, encoding: encoding)
    }

    /// Whether the text was decoded although it seems to be UTF-8. Known at the end.
    var looksLikeUTF8: Bool { buffer.looksLikeUTF8 }

    /// Goes on to the next record that is not empty.
    /// - Returns: False at the end of the file.
    func next() throws(ConversionError) -> Bool {
        repeat {
            buffer.use(taken)
            taken = 0
            guard try parse() else { return false }
        } while fields.count == 1 && fields[0].isEmpty
        return true
    }

    /// Finds the record at the buffer's beginning, reading more where it does not end there.
    private func parse() throws(ConversionError) -> Bool {
        line = nextLine
        while true {
            let bytes = buffer.bytes
            switch Self.recordEnd(bytes, delimiter) {
            case .complete(let end, let newlines):
                guard end < Self.longestRecord else { throw tooLong(isQuoted: false) }
                nextLine += newlines
                try split(UnsafeMutableRawBufferPointer(rebasing: bytes[..<end]))
                return true
            case .open(let isQuoted):
                guard bytes.count < Self.longestRecord else { throw tooLong(isQuoted: isQuoted) }
                if !buffer.isAtEnd {
                    try buffer.fill()
                    continue
                }
                guard !isQuoted else { throw refuse("has a quote that is not closed") }
                guard !bytes.isEmpty else { return false }
                try split(bytes)
                return true
            }
        }
    }

    private enum End {
        /// The record ends behind so many bytes, its newline among them, and so many lines.
        case complete(Int, newlines: Int)
        /// The bytes end before the record does.
        case open(isQuoted: Bool)
    }

    private static func recordEnd(_ bytes: UnsafeMutableRawBufferPointer, _ delimiter: UInt8) -> End {
        var (isQuoted, wasQuoted, isFieldEmpty, newlines) = (false, false, true, 0)
        let letters = max(delimiter, UInt8(ascii: ","))
        for index in 0..<bytes.count {
            let byte = bytes[index]
            // Letters, nearly always.
            if byte > letters {
                isFieldEmpty = false
                continue
            }
            if byte == UInt8(ascii: "\n") { newlines += 1 }
            if isQuoted {
                if byte == UInt8(ascii: "\"") { isQuoted = false } else { isFieldEmpty = false }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                if wasQuoted { isFieldEmpty = false } else if !isFieldEmpty { continue }
                (isQuoted, wasQuoted) = (true, true)
            case delimiter: (isFieldEmpty, wasQuoted) = (true, false)
            case UInt8(ascii: "\n"): return .complete(index + 1, newlines: newlines)
            default: isFieldEmpty = false
            }
        }
        return .open(isQuoted: isQuoted)
    }

    /// Divides a whole record into fields, writing fields in quotes over themselves without their quotes.
    private func split(_ record: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        guard UnsafeRawBufferPointer(record).isUTF8 else { throw refuse(TextEncoding.notUTF8) }
        taken = record.count
        fields.removeAll(keepingCapacity: true)
        var (begin, write) = (0, 0)
        var (isQuoted, wasQuoted) = (false, false)
        func close(isLast: Bool) {
            if isLast, write > begin, record[write - 1] == UInt8(ascii: "\r") { write -= 1 }
            fields.append(UnsafeRawBufferPointer(rebasing: record[begin..<write]))
        }
        for index in 0..<record.count {
            let byte = record[index]
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                    continue
                }
            } else if byte == UInt8(ascii: "\"") {
                // A quote right after a closing one is a quote; within a field without quotes it stands for itself.
                let isDoubled = wasQuoted
                if wasQuoted || write == begin { (isQuoted, wasQuoted) = (true, true) }
                if !isDoubled, isQuoted { continue }
            } else if byte == delimiter {
                close(isLast: false)
                (begin, write, wasQuoted) = (index + 1, index + 1, false)
                continue
            } else if byte == UInt8(ascii: "\n") {
                break
            } else if byte == UInt8(ascii: "\r") {
                // Some programs would end the record here, and others would not.
                guard index + 1 == record.count || record[index + 1] == UInt8(ascii: "\n") else {
                    throw refuse(
                        "holds a carriage return without a line feed outside quotes: save the file with the line ends LF or CR LF"
                    )
                }
            } else if wasQuoted {
                throw refuse(
                    "has more behind a closing quote: put the whole field in quotes, and write a quote within it twice")
            }
            record[write] = byte
            write += 1
        }
        close(isLast: true)
    }

    private func tooLong(isQuoted: Bool) -> ConversionError {
        refuse(
            isQuoted
                ? "is longer than 16 MiB and ends within quotes: close the quote"
                : "is longer than 16 MiB: give one utterance per record, with the line ends LF or CR LF")
    }

    private func refuse(_ what: String) -> ConversionError {
        .input("\(file.name): the record on line \(line) \(what).")
    }
}
