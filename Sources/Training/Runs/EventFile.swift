import Files
import Foundation

/// What TensorBoard shows of a run: an event file in the run's folder, with the figures of `metrics.jsonl`.
///
/// A tag is a field of `metrics.jsonl` with a slash behind the split: `train/loss`, `valid/weighted_f1`; what belongs to no split stands
/// under `run/`. Its step is the epoch. `train/step_loss` has the loss of each step since the run began.
public final class EventFile {
    private let path: String
    private let file: OutputFile
    private var steps = 0

    /// Begins the file with the epochs that are finished. What a run wrote before it was resumed is replaced.
    /// - Throws: `TrainingError` where the metrics cannot be read or the file not be written.
    public init(of folder: RunFolder) throws {
        path = folder.events
        let history = try folder.epochs()
        file = try RunFolder.writing(path) {
            // The name alone is removed where it is a link.
            try TextFile.remove(folder.events)
            return try OutputFile(creating: folder.events)
        }
        try write(EventMessage(step: 0).string(3, "brain.Event:2"))
        for epoch in history { try add(epoch) }
    }

    /// Adds an epoch; TensorBoard sees it at once.
    /// - Throws: `TrainingError` where it cannot be written.
    public func add(_ epoch: EpochMetrics) throws {
        for loss in epoch.stepLosses {
            steps += 1
            try write(EventMessage(step: steps).summary([("train/step_loss", loss)]))
        }
        try write(EventMessage(step: epoch.epoch).summary(try Self.scalars(of: epoch)))
        try RunFolder.writing(path) { try file.flush() }
    }

    private func write(_ event: EventMessage) throws {
        try RunFolder.writing(path) { try file.write(Self.record(event.bytes)) }
    }

    /// The single numbers of an epoch, by their tags.
    private static func scalars(of epoch: EpochMetrics) throws -> [(tag: String, value: Float)] {
        let fields = try JSON.decode([String: JSONNumber].self, try JSON.line(epoch))
        return fields.sorted { $0.key < $1.key }.compactMap { name, number in
            guard name != EpochMetrics.CodingKeys.epoch.rawValue, let value = number.value else { return nil }
            let split = ["train", "valid", "test"].first { name.hasPrefix($0 + "_") }
            let tag = split.map { $0 + "/" + name.dropFirst($0.utf8.count + 1) } ?? "run/" + name
            return (tag, Float(value))
        }
    }

    /// A number of a JSON object; nil where there is something else.
    private struct JSONNumber: Decodable {
        let value: Double?

        init(from decoder: any Decoder) throws { value = try? decoder.singleValueContainer().decode(Double.self) }
    }

    /// A record of TensorFlow's: the length and the bytes, each with its checksum.
    static func record(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let length = little(UInt64(bytes.count))
        return length + little(CRC32C.masked(length)) + bytes + little(CRC32C.masked(bytes))
    }
}

/// TensorFlow's message `Event` in the form of protocol buffers: wall_time = 1, step = 2, file_version = 3, summary = 5; of a summary
/// value = 1, and of that tag = 1, simple_value = 2.
private struct EventMessage {
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
        var (message, summary) = (self, EventMessage())
        for scalar in scalars {
            var value = EventMessage()
            value.nested(1, Array(scalar.tag.utf8))
            value.fixed(2, scalar.value.bitPattern)
            summary.nested(1, value.bytes)
        }
        message.nested(5, summary.bytes)
        return message
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

    private mutating func nested(_ field: Int, _ content: [UInt8]) {
        key(field, 2)
        varint(UInt64(content.count))
        bytes += content
    }
}

/// The checksum of Castagnoli, as TensorFlow's records have it.
enum CRC32C {
    private static let table = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }

    /// Turned and shifted, so that a checksum over data that holds checksums is no special one.
    static func masked(_ bytes: [UInt8]) -> UInt32 {
        let value = checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
