import Files
import Foundation

/// What TensorBoard shows of a run: an event file in the run's folder, with the figures of `metrics.jsonl`.
///
/// A tag is a field of `metrics.jsonl` with a slash behind the split: `train/loss`, `valid/weighted_f1`; what belongs to no split stands
/// under `run/`. Its step is the epoch. `train/step_loss` has the loss of each step since the run began. `weights/` and `gradients/` have
/// histograms of each parameter.
public final class EventFile {
    private let path: String
    private let file: OutputFile
    private var steps = 0

    /// Begins the file with the epochs that are finished. What a run wrote before it was resumed is replaced.
    /// - Throws: `TrainingError` where the metrics cannot be read or the file not be written.
    public init(of folder: RunFolder) throws {
        path = folder.events
        let history = try folder.epochs()
        let histograms = Self.histograms(in: path)
        file = try RunFolder.writing(path) {
            // The name alone is removed where it is a link.
            try TextFile.remove(folder.events)
            return try OutputFile(creating: folder.events)
        }
        try write(EventMessage(step: 0).string(3, "brain.Event:2"))
        for epoch in history {
            try add(epoch)
            for message in histograms[epoch.epoch] ?? [] {
                try RunFolder.writing(path) { try file.write(EventRecord.bytes(of: message)) }
            }
        }
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

    /// Adds the histograms of an epoch; TensorBoard sees them at once.
    /// - Throws: `TrainingError` where they cannot be written.
    public func add(_ histograms: [ParameterHistogram], epoch: Int) throws {
        // In several messages: a reader holds one at a time.
        for start in stride(from: 0, to: histograms.count, by: 64) {
            let part = Array(histograms[start..<min(histograms.count, start + 64)])
            try write(EventMessage(step: epoch).summary(part))
        }
        try RunFolder.writing(path) { try file.flush() }
    }

    private func write(_ event: EventMessage) throws {
        try RunFolder.writing(path) { try file.write(EventRecord.bytes(of: event.bytes)) }
    }

    /// The messages with histograms in a file that an earlier part of the run wrote, by their epochs: unlike the other figures, these are
    /// nowhere else.
    private static func histograms(in path: String) -> [Int: [[UInt8]]] {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let bytes = FileManager.default.contents(atPath: path)
        else { return [:] }
        var found: [Int: [[UInt8]]] = [:]
        for message in EventRecord.messages(in: Array(bytes)) {
            if let epoch = EventMessage.epochOfHistograms(message) { found[epoch, default: []].append(Array(message)) }
        }
        return found
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
}
