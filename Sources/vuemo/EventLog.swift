import CommandSupport
import Experiments
import Training

/// Keeps TensorBoard's event file of a run up to date. A file that cannot be written is told once and does not end the training.
final class EventLog {
    private let folder: RunFolder
    private let warn: (String) -> Void
    private var file: EventFile?
    private var hasFailed = false

    /// - Parameter warn: Shows a sentence.
    init(_ folder: RunFolder, warn: @escaping (String) -> Void = CommandProcess.warn) {
        self.folder = folder
        self.warn = warn
    }

    func observe(_ event: TrainingEvent) {
        guard case .epoch(let metrics, _, _) = event else { return }
        attempt { file in if let file { try file.add(metrics) } else { try self.begin() } }
    }

    /// Writes the file of a run that had nothing left to train.
    func finish() {
        attempt { file in if file == nil { try self.begin() } }
    }

    /// The finished epochs are in the run's metrics before they are told.
    private func begin() throws { file = try EventFile(of: folder) }

    private func attempt(_ body: (EventFile?) throws -> Void) {
        guard !hasFailed else { return }
        do {
            try body(file)
        } catch {
            hasFailed = true
            warn("TensorBoard's file is not written on: \(error)")
        }
    }
}

/// The event files of several runs.
final class SeriesEventLogs {
    private let warn: (String) -> Void
    private var logs: [String: EventLog] = [:]
    /// The run under way, where they are trained one after the other.
    private var current: EventLog?

    init(warn: @escaping (String) -> Void) { self.warn = warn }

    func observe(_ event: RunSeries.Event) {
        switch event {
        case .run(_, _, let folder):
            current = EventLog(folder, warn: warn)
            logs[folder.path] = current
        case .training(let event): current?.observe(event)
        case .epoch(let folder, let metrics, let epochs, let isBest):
            logs[folder.path]?.observe(.epoch(metrics, epochs: epochs, isBest: isBest))
        case .finished(let folder): logs.removeValue(forKey: folder.path)?.finish()
        case .failed(let folder, _): logs[folder.path] = nil
        case .finishedBefore: break
        }
    }
}
