import ArgumentParser
import CommandSupport
import Configuration
import Experiments
import FeatureStore
import Files
import Foundation
import Models
import TerminalText
import Training

extension Sweep.Result.Form: ExpressibleByArgument {}

/// `vuemo sweep`
struct SweepCommand: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Try values of settings and rank them on valid.",
        usage: "vuemo sweep [<options>] <sweep.yaml>",
        discussion: """
            The file lists keys of the configuration with the values to try: all combinations (method grid), some that are drawn \
            (random), or many for a few epochs and the best of them for more (halving). Each run has a folder of its own. The same \
            command goes on where it was stopped or killed. Runs that fail are told at the end. docs/training.md describes the file.

            Examples:
              vuemo sweep sweep.yaml
              vuemo sweep sweep.yaml --store meld.h5 --format csv
            """)

    @Argument(help: ArgumentHelp("The plan of the sweep.", valueName: "sweep.yaml"))
    var file: String

    @Option(help: "The store to train on. (default: that of the file)")
    var store: String?

    @Option(
        name: .shortAndLong,
        help: "The folder of all runs. (default: that of the file, or runs/<dataset>-<file's name>)")
    var output: String?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    @Flag(help: "List the runs that there would be, and train nothing.")
    var dryRun = false

    @OptionGroup var time: TimeLimitOption
    @OptionGroup var jobs: JobsOption

    @OptionGroup(title: "Output") var quietness: QuietFlag

    @Option(help: "How the table is written.")
    var format = Sweep.Result.Form.text

    func run() throws {
        let plan = try plan()
        guard let path = store ?? plan.store else {
            throw ConfigurationError("\(file): no store is named; write store: FILE.h5 there, or give --store.")
        }
        let store = try Store(opening: path)
        let sweep = try Sweep(plan, store: store, threads: jobs.threads, models: .all)
        for sentence in sweep.warnings { CommandProcess.warn(sentence) }
        let folder = output ?? plan.output ?? SeriesRunner.defaultFolder(store, defaultName)
        if dryRun { return try StandardOutput.print(sweep.overview(in: folder)) }
        let runner = SeriesRunner(
            store: store, jobs: jobs.processes, quiet: quietness.quiet, skipVerification: skipVerification, time: time)
        let result = try runner.working(in: folder, on: sweep.names, runs: sweep.runs) { interruption, reporter in
            try sweep.run(
                on: store, in: folder, toolVersion: CommandProcess.version, jobs: jobs.processes,
                skipVerification: skipVerification, interruption: interruption
            ) { event in
                switch event {
                case .round(let number, let count, let runs, let epochs):
                    reporter.line("round \(number) of \(count): \(runs) runs, \(epochs) epoch\(epochs == 1 ? "" : "s")")
                case .series(let event): reporter.observe(event)
                }
            }
        }
        let text = try result.written(as: format)
        if format == .text { try StandardOutput.print(text) } else { try StandardOutput.printRaw(text) }
        try SeriesRunner.tell(result.failed, of: sweep.names.count)
    }

    private func plan() throws -> SweepPlan {
        let text: String
        do {
            text = try TextFile.read(file)
        } catch {
            throw ConfigurationError("\(file) cannot be read (\(error.reason)); give the YAML file of a sweep.")
        }
        return try SweepPlan(yaml: text, name: file)
    }

    /// The file's name without its ending, as far as a folder can have it.
    private var defaultName: String {
        let name = PathParts.name(of: file)
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        let plain = stem.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
        return plain.isEmpty ? "sweep" : String(plain)
    }
}
