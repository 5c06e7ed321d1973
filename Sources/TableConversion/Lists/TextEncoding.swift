import Conversion

/// What the bytes of a list's texts mean.
public enum TextEncoding: String, Sendable, CaseIterable {
    /// UTF-8, with or without a byte order mark.
    case utf8 = "utf-8"
    /// What Windows writes in the west of Europe and in America, also called cp1252.
    case windows1252 = "windows-1252"

    /// What is said of a line that is not UTF-8.
    static let notUTF8 =
        "is not UTF-8: give --encoding windows-1252 if the list comes from a program of Windows, such as Excel, or save it as UTF-8"

    /// The most bytes of UTF-8 that one byte becomes.
    var growth: Int { self == .utf8 ? 1 : 3 }
}

/// Writes Windows-1252 text as UTF-8, piece by piece.
struct Windows1252 {
    /// The line that the next byte stands on, counted from 1.
    private var line = 1
    /// Continuation bytes that must follow where the text is UTF-8.
    private var awaited = 0
    private var (isUTF8, hasSequences) = (true, false)

    /// Whether all letters beyond ASCII stand as UTF-8 writes them: nobody means those sequences in Windows-1252.
    var looksLikeUTF8: Bool { isUTF8 && hasSequences && awaited == 0 }

    /// Writes `bytes` as UTF-8.
    /// - Parameter output: Room for three times as many bytes.
    /// - Returns: The bytes written.
    /// - Throws: ``ConversionError`` at a byte that Windows-1252 leaves undefined.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, file: String
    ) throws(ConversionError) -> Int {
        var end = 0
        for byte in bytes {
            if byte < 0x80, awaited == 0 {
                if byte == 0x0A { line += 1 }
                output[end] = byte
                end += 1
                continue
            }
            look(at: byte)
            if byte == 0x0A { line += 1 }
            let scalar = (0x80..<0xA0).contains(byte) ? Self.middle[Int(byte) - 0x80] : UInt32(byte)
            switch scalar {
            case 0:
                throw .input(
                    "\(file): line \(line) holds the byte 0x\(String(byte, radix: 16, uppercase: true)), which Windows-1252 leaves undefined: the file has another encoding; save it as UTF-8."
                )
            case ..<0x80:
                output[end] = UInt8(scalar)
                end += 1
            case ..<0x800:
                (output[end], output[end + 1]) = (0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 63))
                end += 2
            default:
                output[end] = 0xE0 | UInt8(scalar >> 12)
                (output[end + 1], output[end + 2]) = (0x80 | UInt8(scalar >> 6 & 63), 0x80 | UInt8(scalar & 63))
                end += 3
            }
        }
        return end
    }

    private mutating func look(at byte: UInt8) {
        switch byte {
        case 0x80..<0xC0 where awaited > 0:
            awaited -= 1
            hasSequences = true
        case ..<0x80 where awaited == 0: break
        case 0xC2..<0xE0 where awaited == 0: awaited = 1
        case 0xE0..<0xF0 where awaited == 0: awaited = 2
        case 0xF0..<0xF5 where awaited == 0: awaited = 3
        default: (isUTF8, awaited) = (false, 0)
        }
    }

    /// What 0x80 to 0x9F mean, 0 for the five that mean nothing. https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT
    private static let middle: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]
}
