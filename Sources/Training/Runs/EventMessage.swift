import Foundation

/// TensorFlow's message `Event` in the form of protocol buffers: wall_time = 1, step = 2, file_version = 3, summary = 5; of a summary
/// value = 1, and of that tag = 1, simple_value = 2, histo = 5.
struct EventMessage {
    private(set) var bytes: [UInt8] = []

    init(step: Int) {
        fixed(1, Date().timeIntervalSince1970.bitPattern)
        key(2, 0)
        varint(UInt64(bitPattern: Int64(step)))
    }

    private init() {}

    func string(_ field: Int, _ text: String) -> EventMessage {
        var message = self
        message.nested(field, Array(text.utf8))
        return message
    }

    func summary(_ scalars: [(tag: String, value: Float)]) -> EventMessage {
        summary(scalars) { message, scalar in
            message.nested(1, Array(scalar.tag.utf8))
            message.fixed(2, scalar.value.bitPattern)
        }
    }

    /// Of a histogram min = 1, max = 2, num = 3, sum = 4, sum_squares = 5, bucket_limit = 6, bucket = 7.
    func summary(_ histograms: [ParameterHistogram]) -> EventMessage {
        summary(histograms) { message, histogram in
            var body = EventMessage()
            let figures = [
                histogram.range.lowerBound, histogram.range.upperBound, Double(histogram.count), histogram.sum,
                histogram.sumOfSquares,
            ]
            for (index, figure) in figures.enumerated() { body.fixed(index + 1, figure.bitPattern) }
            body.packed(6, histogram.counts.indices.map(histogram.limit))
            body.packed(7, histogram.counts.map(Double.init))
            message.nested(1, Array(histogram.tag.utf8))
            message.nested(5, body.bytes)
        }
    }

    private func summary<Value>(_ values: [Value], _ fill: (inout EventMessage, Value) -> Void) -> EventMessage {
        var (message, summary) = (self, EventMessage())
        for value in values {
            var body = EventMessage()
            fill(&body, value)
            summary.nested(1, body.bytes)
        }
        message.nested(5, summary.bytes)
        return message
    }

    /// The step of a message of ours whose values are histograms; nil of any other.
    static func epochOfHistograms(_ message: ArraySlice<UInt8>) -> Int? {
        guard let event = fields(message), let step = event.first(where: { $0.field == 2 })?.number,
            let summary = event.first(where: { $0.field == 5 })?.bytes,
            let value = fields(summary)?.first(where: { $0.field == 1 })?.bytes,
            fields(value)?.contains(where: { $0.field == 5 }) == true
        else { return nil }
        return Int(exactly: step)
    }

    private typealias Field = (field: Int, number: UInt64, bytes: ArraySlice<UInt8>)

    /// The fields of a message, their numbers or their bytes; nil where it is none.
    private static func fields(_ message: ArraySlice<UInt8>) -> [Field]? {
        var (rest, found) = (message, [Field]())
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while !rest.isEmpty {
            guard let key = varint() else { return nil }
            var (number, size) = (UInt64(0), UInt64(0))
            switch key & 7 {
            case 0:
                guard let value = varint() else { return nil }
                number = value
            case 1: size = 8
            case 2:
                guard let value = varint() else { return nil }
                size = value
            case 5: size = 4
            default: return nil
            }
            guard size <= UInt64(rest.count) else { return nil }
            found.append((Int(key >> 3), number, rest.prefix(Int(size))))
            rest = rest.dropFirst(Int(size))
        }
        return found
    }

    private mutating func key(_ field: Int, _ kind: Int) { varint(UInt64(field << 3 | kind)) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func fixed(_ field: Int, _ bits: some FixedWidthInteger) {
        key(field, bits.bitWidth == 64 ? 1 : 5)
        withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func packed(_ field: Int, _ numbers: [Double]) {
        nested(field, numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } })
    }

    private mutating func nested(_ field: Int, _ content: [UInt8]) {
        key(field, 2)
        varint(UInt64(content.count))
        bytes += content
    }
}

/// TensorFlow's records: the length and the bytes, each with its checksum.
enum EventRecord {
    static func bytes(of message: [UInt8]) -> [UInt8] {
        func little(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let length = little(UInt64(message.count))
        return length + little(CRC32C.masked(length)) + message + little(CRC32C.masked(message))
    }

    /// The messages of a file, up to the first that is damaged or cut off.
    static func messages(in file: [UInt8]) -> [ArraySlice<UInt8>] {
        func number<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as type: Value.Type) -> Value {
            bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
        var (rest, found) = (file[...], [ArraySlice<UInt8>]())
        while rest.count >= 16 {
            let (length, body) = (rest.prefix(8), rest.dropFirst(12))
            let count = number(length, as: UInt64.self)
            guard number(rest.dropFirst(8).prefix(4), as: UInt32.self) == CRC32C.masked(length),
                body.count >= 4, count <= UInt64(body.count - 4)
            else { break }
            let message = body.prefix(Int(count))
            rest = body.dropFirst(Int(count))
            guard number(rest.prefix(4), as: UInt32.self) == CRC32C.masked(message) else { break }
            rest = rest.dropFirst(4)
            found.append(message)
        }
        return found
    }
}

/// The checksum of Castagnoli, as TensorFlow's records have it.
enum CRC32C {
    private static let table = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }

    /// Turned and shifted, so that a checksum over data that holds checksums is no special one.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let value = checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
