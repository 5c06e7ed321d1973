import Foundation
import Testing

@testable import Training

/// The event file of TensorBoard, read back as its format is described: records with checksums around protocol buffers.
@Suite struct EventFileTests {
    /// The numbers and texts of a message by their fields; what is nested stays bytes.
    private func fields(_ bytes: ArraySlice<UInt8>) throws -> [(field: Int, bytes: [UInt8])] {
        var (rest, found) = (bytes, [(field: Int, bytes: [UInt8])]())
        func varint() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while true {
                guard let byte = rest.popFirst() else { throw CancellationError() }
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { return value }
            }
        }
        while !rest.isEmpty {
            let key = try varint()
            let count: Int
            switch key & 7 {
            case 0:
                found.append((Int(key >> 3), little(try varint())))
                continue
            case 1: count = 8
            case 2: count = Int(try varint())
            case 5: count = 4
            default: throw CancellationError()
            }
            try #require(rest.count >= count)
            found.append((Int(key >> 3), Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return found
    }

    private func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private func number<Value: FixedWidthInteger>(_ bytes: some Sequence<UInt8>, as type: Value.Type) -> Value {
        bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// The records of a file, each of whose checksums must be right.
    private func records(_ path: String) throws -> [ArraySlice<UInt8>] {
        var (rest, records) = (try Array(Data(contentsOf: URL(filePath: path)))[...], [ArraySlice<UInt8>]())
        while !rest.isEmpty {
            let length = Array(rest.prefix(8))
            let count = Int(number(length, as: UInt64.self))
            try #require(rest.count >= count + 16)
            let (body, start) = (rest.dropFirst(12).prefix(count), rest.startIndex)
            #expect(number(rest[start + 8..<start + 12], as: UInt32.self) == CRC32C.masked(length))
            #expect(number(rest.dropFirst(12 + count).prefix(4), as: UInt32.self) == CRC32C.masked(Array(body)))
            records.append(body)
            rest = rest.dropFirst(count + 16)
        }
        return records
    }

    /// The scalars of a file: tag, step, value.
    private func scalars(_ path: String) throws -> [(tag: String, step: Int, value: Float)] {
        try records(path).flatMap { record -> [(tag: String, step: Int, value: Float)] in
            let event = try fields(record)
            let step = event.first { $0.field == 2 }.map { Int(number($0.bytes, as: Int64.self)) } ?? 0
            let time = try #require(event.first { $0.field == 1 })
            #expect(Double(bitPattern: number(time.bytes, as: UInt64.self)) > 1e9)
            return try event.filter { $0.field == 5 }.flatMap { try fields($0.bytes[...]) }.map { value in
                let parts = try fields(value.bytes[...])
                #expect(parts.map(\.field) == [1, 2])
                return (
                    String(decoding: parts[0].bytes, as: UTF8.self), step,
                    Float(bitPattern: number(parts[1].bytes, as: UInt32.self))
                )
            }
        }
    }

    @Test func theChecksumIsThatOfCastagnoli() {
        // The check value of CRC-32C, and one of RFC 3720.
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        let value: UInt32 = 0x8A91_36AA
        #expect(CRC32C.masked([UInt8](repeating: 0, count: 32)) == (value >> 15 | value << 17) &+ 0xA282_EAD8)
    }

    @Test func everyFieldOfTheMetricsIsAScalar() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let history = try folder.epochs()
        _ = try EventFile(of: folder)
        let path = folder.events
        let found = try scalars(path)
        let first = try fields(try #require(try records(path).first))
        #expect(first.last?.bytes == Array("brain.Event:2".utf8) && first.last?.field == 3)
        func values(_ tag: String) -> [Float] { found.filter { $0.tag == tag }.map(\.value) }
        #expect(values("train/loss") == history.map { Float($0.trainLoss) })
        #expect(values("valid/weighted_f1") == history.map { Float($0.validWeightedF1!) })
        #expect(values("run/learning_rate") == history.map { Float($0.learningRate) })
        #expect(values("train/step_loss") == history.flatMap(\.stepLosses))
        let steps = found.filter { $0.tag == "train/step_loss" }.map(\.step)
        #expect(
            steps == Array(1...steps.count)
                && found.filter { $0.tag == "valid/loss" }.map(\.step) == Array(1...history.count))
        // A field that is added to the metrics is a scalar without a line here; the epoch is the step.
        let line = try #require(
            try String(contentsOfFile: folder.metrics, encoding: .utf8).split(separator: "\n").first)
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(Set(found.map(\.tag)).count == fields.count - 2 + 1)

        // Again, and where somebody put a link: the file is replaced, and what the link leads to is not.
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.metrics)
        _ = try EventFile(of: folder)
        #expect(try scalars(path).count == found.count)
        #expect(try folder.epochs() == history)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: TrainingError.self) { try EventFile(of: folder) }
    }
}
