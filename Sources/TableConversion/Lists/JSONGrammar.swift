/// Whether a line is JSON to the letter (RFC 8259): Foundation also reads a comma behind the last value, and of a name that stands twice
/// the one value or the other.
struct JSONGrammar {
    /// Why a line is refused.
    enum Fault: Error, Equatable {
        /// It is no JSON object.
        case grammar
        /// A name stands twice in its object.
        case repeatedName
        /// Lists or objects lie too deep within each other.
        case depth
    }

    private static let deepest = 64

    private let bytes: [UInt8]
    private var position = 0

    /// Looks at a line.
    /// - Returns: The names of the object's values, in their order.
    static func names(ofObject line: [UInt8]) throws(Fault) -> [[UInt8]] {
        var grammar = JSONGrammar(bytes: line)
        guard grammar.peek == UInt8(ascii: "{") else { throw .grammar }
        let names = try grammar.object(depth: 0)
        guard grammar.peek == nil else { throw .grammar }
        return names
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte that is no space.
    private var peek: UInt8? {
        mutating get {
            while position < bytes.count, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[position]) { position += 1 }
            return position < bytes.count ? bytes[position] : nil
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func object(depth: Int) throws(Fault) -> [[UInt8]] {
        guard depth < Self.deepest else { throw .depth }
        position += 1
        var (names, seen) = ([[UInt8]](), Set<[UInt8]>())
        if take("}") { return names }
        repeat {
            let name = try text()
            guard seen.insert(name).inserted else { throw .repeatedName }
            names.append(name)
            guard take(":") else { throw .grammar }
            try value(depth: depth)
        } while take(",")
        guard take("}") else { throw .grammar }
        return names
    }

    private mutating func value(depth: Int) throws(Fault) {
        switch peek {
        case UInt8(ascii: "{"): _ = try object(depth: depth + 1)
        case UInt8(ascii: "["):
            guard depth + 1 < Self.deepest else { throw .depth }
            position += 1
            if take("]") { return }
            repeat { try value(depth: depth + 1) } while take(",")
            guard take("]") else { throw .grammar }
        case UInt8(ascii: "\""): _ = try text()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: String) throws(Fault) {
        guard bytes[position...].starts(with: word.utf8) else { throw .grammar }
        position += word.utf8.count
    }

    private mutating func number() throws(Fault) {
        _ = sign("-")
        let first = position
        guard digits() > 0, bytes[first] != 0x30 || position == first + 1 else { throw .grammar }
        if sign(".") {
            guard digits() > 0 else { throw .grammar }
        }
        if sign("e") || sign("E") {
            _ = sign("+") || sign("-")
            guard digits() > 0 else { throw .grammar }
        }
    }

    private mutating func sign(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digits() -> Int {
        let first = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        return position - first
    }

    /// A text without its escapes, so that a name is the same however it is written.
    private mutating func text() throws(Fault) -> [UInt8] {
        guard take("\"") else { throw .grammar }
        var units: [UInt16] = []
        var plain: [UInt8] = []
        func decoded() -> [UInt8] { Array(String(decoding: units, as: UTF16.self).utf8) }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                text += plain
                plain = []
                units.append(try escape())
                continue
            }
            text += units.isEmpty ? [] : decoded()
            units = []
            if byte == UInt8(ascii: "\"") { return text + plain }
            guard byte >= 0x20 else { throw .grammar }
            plain.append(byte)
        }
        throw .grammar
    }

    private mutating func escape() throws(Fault) -> UInt16 {
        guard position < bytes.count else { throw .grammar }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "u"):
            guard position + 4 <= bytes.count, bytes[position..<position + 4].allSatisfy({ $0.isHexDigit }),
                let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
            else { throw .grammar }
            position += 4
            return unit
        default: throw .grammar
        }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
