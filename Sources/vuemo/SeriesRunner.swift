import ArgumentParser
import CommandSupport
import Configuration
import Experiments
import FeatureStore
import Foundation
import Models
import Training

/// The options of a command that trains several runs.
struct SeriesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seeds, separated by commas: one run for each, in folders of their own, and a comparison at the end.",
            valueName: "seeds"))
    var seeds: String?

    /// The seeds; nil where none are given.
    func numbers() throws -> [UInt64]? {
        guard let seeds else { return nil }
        let words = seeds.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { UInt64($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == words.count, Set(numbers).count == numbers.count else {
            throw ValidationError("--seeds takes different whole numbers separated by commas, for example 1,2,3.")
        }
        return numbers
    }
}

/// Trains a series and prints the comparison of its runs.
struct SeriesRunner {
    let store: Store
    let quiet: Bool
    let skipVerification: Bool
    let format: OutputFormat
    /// Whether each run has an event file.
    var tensorboard = false

    /// A folder for a series that the same command finds again.
    static func defaultFolder(_ store: Store, _ label: String) -> String {
        RunFolder.seriesPath(dataset: store.dataset, label: label)
    }

    /// - Parameter by: The keys that make the groups of the comparison; empty for all that differ.
    func run(_ entries: [RunSeries.Entry], in folder: String, by: [String] = []) throws {
        let interruption = Interruption()
        StopSignals.install(
            notice: quiet ? nil : "\nstopping after this step; once more stops at once\n", action: interruption.request)
        let reporter = TrainingReporter(quiet: quiet)
        defer { reporter.finish() }
        for entry in entries {
            let place = RunFolder("\(folder)/\(entry.name)")
            CommandProcess.removeLeftovers(of: place.paths, calling: place.path)
        }
        let series = RunSeries(entries, in: folder, toolVersion: CommandProcess.version)
        var events: EventLog?
        let outcome = try series.run(on: store, skipVerification: skipVerification, interruption: interruption) {
            event in
            switch event {
            case .run(let index, let count, let folder):
                reporter.line("run \(index + 1) of \(count): \(folder.path.escapedForTerminal)")
                if tensorboard { events = EventLog(folder, warn: reporter.warn) }
            case .finishedBefore(let folder): reporter.line("\(folder.path.escapedForTerminal) was finished before")
            case .training(let event):
                reporter.observe(event)
                events?.observe(event)
            case .failed(let folder, let error):
                reporter.finish()
                CommandProcess.warn("\(folder.path) failed: \(error)")
            }
        }
        reporter.finish()
        guard case .ended(let finished, let failed) = outcome else {
            throw CommandProcess.stopped("stopped; the same command goes on where it was")
        }
        if !finished.isEmpty {
            let runs = try finished.map { try FinishedRun($0, models: .all) }
            let comparison = try RunComparison(runs, by: by)
            switch format {
            case .text: try StandardOutput.print(comparison.written(as: .text))
            case .json: try StandardOutput.printRaw(comparison.written(as: .json))
            }
        }
        guard let first = failed.first else { return }
        let names = failed.map(\.folder.path).joined(separator: ", ")
        throw SeriesError(
            description:
                "\(failed.count) of \(entries.count) runs failed (\(names)); the first because: \(first.reason)")
    }
}

/// Runs of a series that failed.
struct SeriesError: Error, CustomStringConvertible {
    let description: String
}
