import FeatureStore
import Foundation
import Training

/// Several runs on one store, each in a folder of its own: the seeds of a table, the rows of an ablation.
///
/// The same series started again goes on where it was: what is finished stays, what was broken off continues to the same bits, what is
/// missing is trained. A run that fails does not stop the others.
public struct RunSeries: Sendable {
    /// One run of a series.
    public struct Entry: Sendable {
        /// The name of its folder in that of the series.
        public let name: String
        /// Its complete configuration.
        public let configuration: RunConfiguration

        /// An entry; see the properties.
        public init(name: String, configuration: RunConfiguration) {
            self.name = name
            self.configuration = configuration
        }
    }

    /// What happens, in order.
    public enum Event: Sendable {
        /// A run begins or goes on; `index` counts from 0.
        case run(index: Int, count: Int, folder: RunFolder)
        /// A run was finished before.
        case finishedBefore(RunFolder)
        /// What the run tells.
        case training(TrainingEvent)
        /// A run failed, and the next begins.
        case failed(RunFolder, any Error)
    }

    /// How a series ended.
    public enum Outcome: Sendable {
        /// Every run ended; those that failed are told with the reason.
        case ended(finished: [RunFolder], failed: [(folder: RunFolder, reason: String)])
        /// The series was asked to stop; starting it again goes on.
        case interrupted
    }

    /// The folder of the series.
    public let folder: String
    private let entries: [Entry]
    private let toolVersion: String

    /// - Parameter entries: Runs with names of their own.
    public init(_ entries: [Entry], in folder: String, toolVersion: String) {
        precondition(Set(entries.map(\.name)).count == entries.count, "runs of a series have names of their own")
        self.entries = entries
        self.folder = folder
        self.toolVersion = toolVersion
    }

    /// Trains what is not finished yet.
    /// - Parameters:
    ///   - store: What all are trained on. Its checksums are compared once.
    ///   - skipVerification: Whether they stay unchecked.
    /// - Throws: `ExperimentError` where the folder cannot be made.
    public func run(
        on store: Store, skipVerification: Bool = false, interruption: Interruption = Interruption(),
        observe: (Event) -> Void = { _ in }
    ) throws -> Outcome {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ExperimentError(
                "\(folder) cannot be made (\((error as NSError).localizedDescription)); choose another --output.")
        }
        var (isChecked, finished, failed) = (skipVerification, [RunFolder](), [(folder: RunFolder, reason: String)]())
        for (index, entry) in entries.enumerated() {
            let place = RunFolder(folder + "/" + entry.name)
            do {
                if try isFinished(place, entry, store) {
                    observe(.finishedBefore(place))
                    finished.append(place)
                    continue
                }
                observe(.run(index: index, count: entries.count, folder: place))
                let run = try prepare(place, entry, store, skipVerification: isChecked) { observe(.training($0)) }
                isChecked = true
                guard case .finished = try run.run(interruption: interruption, observe: { observe(.training($0)) })
                else {
                    return .interrupted
                }
                finished.append(place)
            } catch {
                failed.append((place, "\(error)"))
                observe(.failed(place, error))
            }
        }
        return .ended(finished: finished, failed: failed)
    }

    /// Whether the run of a folder has ended.
    /// - Throws: `ExperimentError` where the folder is of another run.
    private func isFinished(_ place: RunFolder, _ entry: Entry, _ store: Store) throws -> Bool {
        guard FileManager.default.fileExists(atPath: place.path) else { return false }
        let record = try place.record(models: entry.configuration.models)
        let changed = entry.configuration.differences(from: record.configuration)
        guard changed.isEmpty else {
            throw ExperimentError(
                "\(place.path) holds a run with another \(changed.joined(separator: ", ")); choose another --output.")
        }
        guard try store.hasContent(record.contentID) else {
            throw ExperimentError("\(place.path) holds a run on another store; choose another --output.")
        }
        return FileManager.default.fileExists(atPath: place.result)
    }

    private func prepare(
        _ place: RunFolder, _ entry: Entry, _ store: Store, skipVerification: Bool,
        observe: (TrainingEvent) -> Void
    ) throws -> TrainingRun {
        if FileManager.default.fileExists(atPath: place.path) {
            return try TrainingRun.resume(
                place, store: store, models: entry.configuration.models, skipVerification: skipVerification,
                observe: observe)
        }
        var plan = TrainingRun.Plan(
            store: store, configuration: entry.configuration, output: place.path, toolVersion: toolVersion)
        plan.skipVerification = skipVerification
        return try TrainingRun.start(plan, observe: observe)
    }
}
