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
        /// A run of several that are trained at once has ended another epoch.
        case epoch(RunFolder, EpochMetrics, epochs: Int, isBest: Bool)
        /// A run is finished.
        case finished(RunFolder)
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
    let entries: [Entry]
    private let toolVersion: String
    private let mayGrow: Bool
    let tensorboard: Bool

    /// - Parameters:
    ///   - entries: Runs with names of their own.
    ///   - mayGrow: Whether a run with fewer epochs goes on to those of its entry, and one with more has them already.
    ///   - tensorboard: Whether runs tell what TensorBoard shows; those of other processes write it themselves.
    public init(
        _ entries: [Entry], in folder: String, toolVersion: String, mayGrow: Bool = false, tensorboard: Bool = false
    ) {
        precondition(Set(entries.map(\.name)).count == entries.count, "runs of a series have names of their own")
        self.entries = entries
        self.folder = folder
        self.toolVersion = toolVersion
        self.mayGrow = mayGrow
        self.tensorboard = tensorboard
    }

    /// The folder of a run.
    func place(of entry: Entry) -> RunFolder { RunFolder(folder + "/" + entry.name) }

    /// Trains what is not finished yet.
    /// - Parameters:
    ///   - store: What all are trained on. Its checksums are compared once.
    ///   - jobs: How many runs are trained at once; nil for one after the other, in this process.
    ///   - skipVerification: Whether they stay unchecked.
    /// - Throws: `ExperimentError` where the folder cannot be made.
    public func run(
        on store: Store, jobs: Jobs? = nil, skipVerification: Bool = false,
        interruption: Interruption = Interruption(), observe: (Event) -> Void = { _ in }
    ) throws -> Outcome {
        try makeFolder()
        if let jobs {
            return try train(
                on: store, jobs: jobs, skipVerification: skipVerification, interruption: interruption,
                observe: observe)
        }
        var (isChecked, finished, failed) = (skipVerification, [RunFolder](), [(folder: RunFolder, reason: String)]())
        for (index, entry) in entries.enumerated() {
            let place = place(of: entry)
            do {
                let remainder = try remainder(of: entry, store)
                if case .nothing = remainder {
                    observe(.finishedBefore(place))
                    finished.append(place)
                    continue
                }
                if interruption.isRequested { return .interrupted }
                observe(.run(index: index, count: entries.count, folder: place))
                let run = try prepare(entry, remainder, store, skipVerification: isChecked) { observe(.training($0)) }
                run.recordsHistograms = tensorboard
                isChecked = true
                guard case .finished = try run.run(interruption: interruption, observe: { observe(.training($0)) })
                else {
                    return .interrupted
                }
                finished.append(place)
                observe(.finished(place))
            } catch {
                failed.append((place, "\(error)"))
                observe(.failed(place, error))
            }
        }
        return .ended(finished: finished, failed: failed)
    }

    func makeFolder() throws(ExperimentError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ExperimentError(
                "\(folder) cannot be made (\((error as NSError).localizedDescription)); choose another --output.")
        }
    }

    /// What is to be done for a run.
    enum Remainder {
        /// It has no folder yet.
        case all
        /// Its folder goes on, as another record where it grows.
        case rest(as: RunRecord?)
        case nothing
    }

    /// - Throws: `ExperimentError` where the folder is of another run.
    func remainder(of entry: Entry, _ store: Store) throws -> Remainder {
        let place = place(of: entry)
        guard FileManager.default.fileExists(atPath: place.path) else { return .all }
        var record = try place.record(models: entry.configuration.models)
        let (own, wanted) = (record.configuration.training.epochs, entry.configuration.training.epochs)
        if mayGrow { record.configuration.training.epochs = wanted }
        let changed = entry.configuration.differences(from: record.configuration)
        guard changed.isEmpty else {
            throw ExperimentError(
                "\(place.path) holds a run with another \(changed.joined(separator: ", ")); choose another --output.")
        }
        guard try store.hasContent(record.contentID) else {
            throw ExperimentError("\(place.path) holds a run on another store; choose another --output.")
        }
        // It goes beyond what is asked for here only when that is finished.
        if own > wanted, mayGrow { return .nothing }
        if own < wanted { return .rest(as: record) }
        return FileManager.default.fileExists(atPath: place.result) ? .nothing : .rest(as: nil)
    }

    /// Makes the folder of a run, or opens it.
    func prepare(
        _ entry: Entry, _ remainder: Remainder, _ store: Store, skipVerification: Bool,
        observe: (TrainingEvent) -> Void
    ) throws -> TrainingRun {
        let place = place(of: entry)
        if case .rest(let record) = remainder {
            waitUntilFree(place)
            return try TrainingRun.resume(
                place, as: record, store: store, models: entry.configuration.models,
                skipVerification: skipVerification, observe: observe)
        }
        var plan = TrainingRun.Plan(
            store: store, configuration: entry.configuration, output: place.path, toolVersion: toolVersion)
        plan.skipVerification = skipVerification
        return try TrainingRun.start(plan, observe: observe)
    }
}
