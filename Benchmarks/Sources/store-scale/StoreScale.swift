import FeatureStore
import Foundation
import StoreValidation

/// Writes a synthetic store of millions of utterances, validates it, reads it, and says how fast and with how much memory.
///
///     swift run -c release store-scale /path/with/space/scale.h5 [utterances]
@main enum StoreScale {
    /// Text 256, audio 128, visual 64: 1.8 KB an utterance.
    private static let features = [
        FeatureDescription(name: "text", modality: .text, width: 256),
        FeatureDescription(name: "audio", modality: .audio, width: 128),
        FeatureDescription(name: "visual", modality: .visual, width: 64),
    ]

    static func main() throws {
        guard CommandLine.arguments.count > 1 else { fatalError("usage: store-scale FILE.h5 [utterances]") }
        let path = CommandLine.arguments[1]
        let utterances = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 0 : 2_000_000
        let manifest = manifest(utterances)
        report("tables in memory", 0, 0)
        let (written, writing) = try timed { try write(manifest, to: path) }
        report("write and check", written.bytes, writing)
        // The first reading brings the file into the system's cache where it fits: both are read from there.
        _ = try timed { try read(path) }
        let (_, reading) = try timed { try read(path) }
        report("read", written.bytes, reading)
        let (found, validating) = try timed { try StoreValidator.validate(path) }
        report("validate (\(found.summary))", written.bytes, validating)
        print(String(format: "validation runs at %.2f of the speed of reading", reading / validating))
    }

    private static func manifest(_ utterances: Int) -> StoreManifest {
        let length = 20
        let count = utterances / length
        let dialogues = (0..<count).map { index in
            DialogueEntry(
                id: "d\(index)", utteranceCount: length, split: index * 10 < count * 8 ? 0 : index * 10 < count * 9 ? 1 : 2,
                sourcePosition: index)
        }
        let total = count * length
        return StoreManifest(
            dataset: "SCALE", dialogues: dialogues, utteranceIDs: (0..<total).map { "u\($0)" },
            labels: (0..<total).map { Int32($0 % 7) }, speakers: (0..<total).map { UInt32($0 % 2) },
            sentences: (0..<total).map { "What was said in utterance \($0)." }, labelNames: (0..<7).map { "class \($0)" },
            speakerNames: ["A", "B"], speakerScope: .dialogue,
            splits: ["train", "valid", "test"].map { SplitDescription(name: $0, origin: "made up") }, features: features)
    }

    private static func write(_ manifest: StoreManifest, to path: String) throws -> WrittenStore {
        try StoreWriter.write(manifest, to: path) { writer in
            var state: UInt64 = 1
            for feature in manifest.features {
                var left = manifest.labels.count
                var rows: [Float] = []
                while left > 0 {
                    let count = min(left, 4096)
                    rows.removeAll(keepingCapacity: true)
                    for _ in 0..<count * feature.width {
                        // xorshift64
                        state ^= state << 13
                        state ^= state >> 7
                        state ^= state << 17
                        rows.append(Float(Int32(truncatingIfNeeded: state)) * 4.6566e-10)
                    }
                    try writer.append(rows: rows, to: feature.name)
                    left -= count
                }
            }
        }
    }

    private static func read(_ path: String) throws {
        guard let stream = fopen(path, "rb") else { throw CocoaError(.fileReadNoSuchFile) }
        defer { fclose(stream) }
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while fread(buffer, 1, 1 << 20, stream) > 0 {}
    }

    private static func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
        let start = ContinuousClock.now
        let value = try body()
        let taken = (ContinuousClock.now - start).components
        return (value, Double(taken.seconds) + Double(taken.attoseconds) / 1e18)
    }

    private static func report(_ what: String, _ bytes: Int, _ seconds: Double) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let rate = seconds > 0 ? String(format: "%.2f GB in %.1f s, %.2f GB/s, ", Double(bytes) / 1e9, seconds, Double(bytes) / 1e9 / seconds) : ""
        print("\(what): \(rate)peak memory \(usage.ru_maxrss >> 10) MiB")
    }
}
