import ArgumentParser
import CommandSupport
import Concurrency
import Experiments
import FeatureStore
import Files
import Foundation
import Models
import Training

/// The option of a command that trains a run for each of several seeds.
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

/// The option of a command that trains several runs: how many at once.
struct JobsOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Runs that are trained at once, each by a process of its own with its part of the threads.",
            valueName: "number"))
    var jobs = 1

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes a number from 1 to 256.") }
    }

    /// nil where runs are trained one after the other.
    var processes: Jobs? {
        guard jobs > 1 else { return nil }
        return Jobs(jobs, program: CommandProcess.program ?? CommandLine.arguments[0])
    }

    /// The threads of each run, unless they are set.
    var threads: Int { max(1, Compute.processors / jobs) }
}

/// How every command that trains several runs does it.
struct SeriesRunner {
    let store: Store
    let jobs: Jobs?
    let quiet: Bool
    let skipVerification: Bool
    let time: TimeLimitOption
    /// Whether each run has files for TensorBoard.
    var tensorboard = false

    /// A folder for a series that the same command finds again.
    static func defaultFolder(_ store: Store, _ label: String) -> String {
        RunFolder.seriesPath(dataset: store.dataset, label: label)
    }

    /// Trains the runs of a series.
    /// - Returns: Those that are finished; the others are told by ``tell(_:of:)``.
    func run(
        _ entries: [RunSeries.Entry], in folder: String
    ) throws -> (finished: [RunFolder], failed: [(folder: RunFolder, reason: String)]) {
        let outcome = try working(in: folder, on: entries.map(\.name), runs: entries.count) { interruption, reporter in
            let series = RunSeries(entries, in: folder, toolVersion: CommandProcess.version, tensorboard: tensorboard)
            // Runs that are trained by processes of their own have their files written by these.
            let events = tensorboard && jobs == nil ? SeriesEventLogs(store: store, warn: reporter.warn) : nil
            let outcome = try series.run(
                on: store, jobs: jobs, skipVerification: skipVerification, interruption: interruption
            ) { event in
                reporter.observe(event)
                events?.observe(event)
            }
            if case .ended(let finished, let failed) = outcome { return (finished, failed) }
            return nil
        }
        return outcome
    }

    /// Works on the runs of a folder, which is this process's meanwhile, until they are done.
    /// - Parameters:
    ///   - names: The folders of the runs.
    ///   - body: Returns nil where it was interrupted.
    /// - Throws: The exit status, where it was interrupted.
    func working<Outcome>(
        in folder: String, on names: [String], runs: Int, body: (Interruption, SeriesReporter) throws -> Outcome?
    ) throws -> Outcome {
        let interruption = TrainingSignals.interruption(quiet: quiet, time)
        let lock = try lock(folder)
        removeLeftovers(of: names, in: folder)
        let reporter = SeriesReporter(count: runs, quiet: quiet)
        defer { reporter.finish() }
        let outcome = try withExtendedLifetime(lock) { try body(interruption, reporter) }
        reporter.finish()
        if let outcome { return outcome }
        throw CommandProcess.stopped(
            "\(interruption.isOutOfTime ? "the time is up" : "stopped"); the same command goes on where it was")
    }

    /// Of runs that are there, or that a killed process was making.
    private func removeLeftovers(of names: [String], in folder: String) {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let (there, partial) = (Set(entries), entries.filter { $0.hasSuffix(".partial") })
        for name in names where there.contains(name) || partial.contains(where: { $0.contains(name) }) {
            let place = RunFolder("\(folder)/\(name)")
            CommandProcess.removeLeftovers(of: place.paths, calling: place.path)
        }
    }

    /// Makes a folder and keeps it to this process: two that train the same runs would be in each other's way.
    private func lock(_ folder: String) throws -> FolderLock {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw SeriesError(
                description: "\(folder) cannot be made (\(Self.reason(error))); choose another --output.")
        }
        do {
            return try FolderLock(folder)
        } catch {
            throw SeriesError(
                description: error.systemError == EWOULDBLOCK
                    ? "another vuemo is training the runs of \(folder); wait for it or stop it first."
                    : "\(folder) cannot be opened (\(error.reason)); choose another --output.")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return (underlying ?? error as NSError).localizedDescription
    }

    /// Says which runs failed, after the results of the others.
    /// - Throws: ``SeriesError`` where one did.
    static func tell(_ failed: [(folder: RunFolder, reason: String)], of count: Int) throws {
        guard let first = failed.first else { return }
        // Each was told when it failed.
        let more = failed.count > 3 ? " and \(failed.count - 3) more" : ""
        let names = failed.prefix(3).map(\.folder.path).joined(separator: ", ") + more
        throw SeriesError(
            description: "\(failed.count) of \(count) runs failed (\(names)); the first because: \(first.reason)")
    }

    /// Prints a comparison.
    static func print(_ comparison: RunComparison, as form: RunComparison.Form) throws {
        let text = try comparison.written(as: form)
        if form == .text { try StandardOutput.print(text) } else { try StandardOutput.printRaw(text) }
    }
}

/// Runs of a series that failed.
struct SeriesError: Error, CustomStringConvertible {
    let description: String
}
