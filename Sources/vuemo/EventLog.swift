import CommandSupport
import Experiments
import FeatureStore
import Models
import Training

/// Keeps what TensorBoard reads of a run up to date. A file that cannot be written is told once and does not end the training.
final class EventLog {
    private let folder: RunFolder
    private let store: Store
    private let warn: (String) -> Void
    private var file: EventFile?
    private var hasFailed = false

    /// - Parameter warn: Shows a sentence.
    init(_ folder: RunFolder, store: Store, warn: @escaping (String) -> Void = CommandProcess.warn) {
        self.folder = folder
        self.store = store
        self.warn = warn
    }

    func observe(_ event: TrainingEvent) {
        switch event {
        case .epoch(let metrics, _, _):
            attempt { file in if let file { try file.add(metrics) } else { try self.begin() } }
        case .histograms(let histograms, let epoch): attempt { try $0?.add(histograms, epoch: epoch) }
        default: break
        }
    }

    /// Writes the file of a run that had nothing left to train.
    func finish() {
        attempt { file in if file == nil { try self.begin() } }
    }

    /// Writes what the projector shows of a run that has ended.
    func finishRun() {
        finish()
        attempt { _ in try ProjectorFiles.write(of: folder, store: store, models: .all) }
    }

    /// The finished epochs are in the run's metrics before they are told.
    private func begin() throws { file = try EventFile(of: folder) }

    private func attempt(_ body: (EventFile?) throws -> Void) {
        guard !hasFailed else { return }
        do {
            try body(file)
        } catch {
            hasFailed = true
            warn("TensorBoard's files are not written on: \(error)")
        }
    }
}

/// What TensorBoard reads of several runs, trained one after the other.
final class SeriesEventLogs {
    private let store: Store
    private let warn: (String) -> Void
    private var current: EventLog?

    init(store: Store, warn: @escaping (String) -> Void) {
        self.store = store
        self.warn = warn
    }

    func observe(_ event: RunSeries.Event) {
        switch event {
        case .run(_, _, let folder): current = EventLog(folder, store: store, warn: warn)
        case .training(let event): current?.observe(event)
        case .finished: current?.finishRun()
        case .failed, .finishedBefore, .epoch: break
        }
    }
}
