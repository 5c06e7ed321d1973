import FeatureStore
import Foundation
import Models
import NeuralNetworks
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
    /// - Parameter isAlone: Whether nothing else is in it.
    private func scalars(_ path: String, isAlone: Bool = true) throws -> [(tag: String, step: Int, value: Float)] {
        try records(path).flatMap { record -> [(tag: String, step: Int, value: Float)] in
            let event = try fields(record)
            let step = event.first { $0.field == 2 }.map { Int(number($0.bytes, as: Int64.self)) } ?? 0
            let time = try #require(event.first { $0.field == 1 })
            #expect(Double(bitPattern: number(time.bytes, as: UInt64.self)) > 1e9)
            return try event.filter { $0.field == 5 }.flatMap { try fields($0.bytes[...]) }.compactMap { value in
                let parts = try fields(value.bytes[...])
                #expect(parts.map(\.field) == [1, 2] || !isAlone)
                guard parts.last?.field == 2 else { return nil }
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

    /// The histograms of a file: tag, step, and the numbers of each of its fields.
    private func histograms(_ path: String) throws -> [(tag: String, step: Int, fields: [[Double]])] {
        try records(path).flatMap { record -> [(tag: String, step: Int, fields: [[Double]])] in
            let event = try fields(record)
            let step = event.first { $0.field == 2 }.map { Int(number($0.bytes, as: Int64.self)) } ?? 0
            return try event.filter { $0.field == 5 }.flatMap { try fields($0.bytes[...]) }.compactMap { value in
                let parts = try fields(value.bytes[...])
                guard parts.map(\.field) == [1, 5] else { return nil }
                let body = try fields(parts[1].bytes[...])
                #expect(body.map(\.field) == [1, 2, 3, 4, 5, 6, 7])
                let numbers = body.map { field in
                    stride(from: 0, to: field.bytes.count, by: 8).map { start in
                        Double(bitPattern: number(field.bytes[start..<start + 8], as: UInt64.self))
                    }
                }
                return (String(decoding: parts[0].bytes, as: UTF8.self), step, numbers)
            }
        }
    }

    @Test func aHistogramCountsEveryNumberOnce() {
        let all = ParameterHistogram("weights/a", [-1, 0.5, 2, 2, 0, .nan, -.infinity] as [Float])
        #expect(all.range == -1...2 && all.count == 5 && all.sum == 3.5 && all.sumOfSquares == 9.25)
        // Bins of a tenth: −1 in the first, 0 in the eleventh, 0.5 in the sixteenth, both 2 in the last.
        let expected = (0..<30).map { [0: 1, 10: 1, 15: 1, 29: 2][$0] ?? 0 }
        #expect(all.counts == expected && all.limit(29) == 2 && abs(all.limit(9)) < 1e-12)
        let equal = ParameterHistogram("weights/b", [3, 3, 3] as [Float])
        #expect(equal.range == 3...3 && equal.counts[0] == 3 && equal.counts.reduce(0, +) == 3)
        let wide = ParameterHistogram("w", [-.greatestFiniteMagnitude, .greatestFiniteMagnitude] as [Float])
        #expect(wide.counts.first == 1 && wide.counts.last == 1)
        #expect(ParameterHistogram("w", [] as [Float]).counts.allSatisfy { $0 == 0 })
    }

    /// Unlike the scalars, histograms are in no other file of the run: they outlive a resumption.
    @Test func histogramsOfParametersAndGradientsAreKept() throws {
        let tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        run.recordsHistograms = true
        var (file, sums): (EventFile?, [Int: [Double]]) = (nil, [:])
        _ = try run.run { event in
            do {
                switch event {
                case .epoch(let metrics, _, _):
                    if let file { try file.add(metrics) } else { file = try EventFile(of: run.folder) }
                case .histograms(let histograms, let epoch):
                    try file?.add(histograms, epoch: epoch)
                    sums[epoch] = run.model.parameters.entries.map { entry in
                        entry.value.values.reduce(0.0) { $0 + Double($1) }
                    }
                default: break
                }
            } catch {
                Issue.record(error)
            }
        }
        let names = run.model.parameters.entries.map(\.name)
        let written = try histograms(run.folder.events)
        #expect(written.map(\.step) == (1...3).flatMap { [Int](repeating: $0, count: 2 * names.count) })
        for epoch in 1...3 {
            let own = written.filter { $0.step == epoch }
            #expect(own.map(\.tag) == names.map { "weights/" + $0 } + names.map { "gradients/" + $0 })
            for (found, sum) in zip(own, sums[epoch] ?? []) {
                #expect(abs(found.fields[3][0] - sum) < 1e-9, "\(found.tag)")
            }
            for (found, parameter) in zip(own, run.model.parameters.entries + run.model.parameters.entries) {
                #expect(found.fields[2] == [Double(parameter.count)] && found.fields[5].count == 30)
                #expect(found.fields[6].reduce(0, +) == Double(parameter.count))
                #expect(found.fields[5].last == found.fields[1][0])
            }
            let head = try #require(own.last { $0.tag == "gradients/classify.bias" })
            // Gradients of log-probabilities add up to 0 over the classes.
            #expect(head.fields[4][0] > 0 && abs(head.fields[3][0]) < 1e-6)
        }
        let count = try scalars(run.folder.events, isAlone: false).count
        _ = try EventFile(of: run.folder)
        let again = try histograms(run.folder.events)
        #expect(again.map(\.tag) == written.map(\.tag) && again.map(\.fields) == written.map(\.fields))
        #expect(again.map(\.step) == written.map(\.step))
        #expect(try scalars(run.folder.events, isAlone: false).count == count)

        // Of a file that was cut off, what is whole is kept.
        let bytes = try Data(contentsOf: URL(filePath: run.folder.events))
        try bytes.dropLast(5).write(to: URL(filePath: run.folder.events))
        _ = try EventFile(of: run.folder)
        let rest = try histograms(run.folder.events)
        #expect(rest.count < written.count && rest.contains { $0.step == 2 })
        try Data([UInt8](repeating: 0xFF, count: 99)).write(to: URL(filePath: run.folder.events))
        _ = try EventFile(of: run.folder)
        #expect(try histograms(run.folder.events).isEmpty)
    }

    @Test func theProjectorHasTheEmbeddingsOfTest() throws {
        let tiny = try TinyRun { manifest in
            var sentences = manifest.sentences.map { $0 }
            sentences[sentences.count - 1] = "a\tb\nc"
            manifest.sentences = StringColumn(sentences)
        }
        let folder = try tiny.train("run")
        // A link in the place of a file is replaced, and not what it leads to.
        let decoy = tiny.folder.file("decoy")
        try Data("mine".utf8).write(to: URL(filePath: decoy))
        try FileManager.default.createSymbolicLink(atPath: folder.embeddings, withDestinationPath: decoy)
        try ProjectorFiles.write(of: folder, store: tiny.store, models: .all)
        #expect(try text(decoy) == "mine")

        let run = try TrainedRun(folder, models: .all)
        let embedder = try Embedder(run, store: tiny.store, stages: ["fused"], split: "test")
        var expected: [Float] = []
        while let piece = try embedder.next() { expected += piece.stages[0].values }
        let width = embedder.stages[0].width
        let bytes = try Data(contentsOf: URL(filePath: folder.embeddings))
        #expect(bytes == expected.withUnsafeBytes { Data($0) } && !bytes.isEmpty)
        let predictions = try folder.outcome().predictions.rows
        let lines = try text(folder.embeddingNames).split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(lines[0] == ["utterance", "dialogue", "speaker", "gold", "predicted", "sentence"])
        #expect(lines.count == predictions.count + 1)
        for (line, row) in zip(lines.dropFirst(), predictions) {
            let expected = [row.utterance, row.dialogue, row.speaker, row.gold, row.predicted]
            #expect(line.prefix(5).map(String.init) == expected)
        }
        #expect(lines.last?.last == "a\\tb\\nc" && lines[1].last == "Sentence of \(predictions[0].utterance), naïve.")
        let configuration = try text(folder.projector)
        #expect(configuration.contains("  tensor_shape: \(predictions.count)\n  tensor_shape: \(width)\n"))
        #expect(
            configuration.contains("tensor_path: \"embeddings.bytes\"") && configuration.contains("\"embeddings.tsv\""))
        // Again, over what is there.
        try ProjectorFiles.write(of: folder, store: tiny.store, models: .all)
        #expect(try Data(contentsOf: URL(filePath: folder.embeddings)) == bytes)
    }
}
