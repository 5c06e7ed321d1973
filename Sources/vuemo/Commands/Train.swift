import Models
import ArgumentParser
import CommandSupport
import Configuration
import ConversationModels
import Experiments
import FeatureStore
import Foundation
import TerminalText
import Training

/// `vuemo train`
struct Train: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Train a model on a store, or continue a run.",
        discussion: """
            The run folder keeps config.yaml, metrics.jsonl, result.json, predictions.csv and two checkpoints. Ctrl-C writes a \
            checkpoint and says how to continue.

            Examples:
              vuemo train iemocap.h5
              vuemo train meld.h5 --variant corrected --epochs 10 --output runs/meld-try
              vuemo train --resume runs/meld-try
              vuemo train iemocap.h5 --seeds 1475,1476,1477 --output runs/iemocap-seeds
            """)

    @Argument(help: "The store to train on. With --resume it is the run's own unless given.")
    var store: String?

    @OptionGroup(title: "Configuration") var options: ConfigurationOptions
    @OptionGroup(title: "Configuration") var series: SeriesOptions

    @Option(
        name: .shortAndLong,
        help: "The run's folder, which must not exist. (default: runs/<dataset>-<variant or model>-<next number>)")
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Continue a run from its last checkpoint, to the same bits as without a break.", valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Start from the group parameters of an HDF5 file, named and shaped as in PyTorch.", valueName: "file"))
    var initialParameters: String?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    @Flag(help: "Write the metrics into an event file in the run's folder too, for TensorBoard.")
    var tensorboard = false

    @Flag(help: "Print the configuration that the run would have, with a comment on every key, and train nothing.")
    var printConfig = false

    @OptionGroup(title: "Output") var quietness: QuietFlag
    @OptionGroup(title: "Output") var report: FormatOption

    func validate() throws {
        if resume == nil, store == nil, !printConfig {
            throw ValidationError("Give the store to train on, for example: vuemo train iemocap.h5")
        }
        if try series.numbers() != nil {
            guard resume == nil, initialParameters == nil, options.seed == nil else {
                throw ValidationError(
                    "--seeds begins runs of its own; it takes no --seed, --resume or --initial-parameters.")
            }
        }
        if resume != nil, output != nil || initialParameters != nil || options.preset != nil {
            throw ValidationError(
                "--resume continues a run as it began; it takes no --output, --initial-parameters or --preset.")
        }
    }

    func run() throws {
        if printConfig { return try printConfiguration() }
        if let seeds = try series.numbers() { return try train(seeds) }
        let interruption = Interruption()
        StopSignals.install(
            notice: quietness.quiet ? nil : "\nstopping after this step; once more stops at once\n",
            action: interruption.request)
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let run = try resume.map { try resumed($0, reporter) } ?? started(reporter)
        if !quietness.quiet {
            let finished = run.finishedEpochs.map {
                "all \($0) epochs are trained; --epochs with a larger number would add some"
            }
            StandardError.write("\(run.folder.path.escapedForTerminal): \(finished ?? run.summary)\n")
        }
        let events = tensorboard ? EventLog(run.folder, warn: reporter.warn) : nil
        let outcome = try run.run(interruption: interruption) { event in
            reporter.observe(event)
            events?.observe(event)
        }
        events?.finish()
        reporter.finish()
        switch outcome {
        case .finished(let result):
            try report.print(text: result.table, json: result.json)
        case .interrupted(let epoch, let step):
            throw CommandProcess.stopped(
                "stopped in epoch \(epoch) after \(step) steps; resume with: "
                    + "vuemo train --resume \(run.folder.path.escapedForTerminal)")
        }
    }

    /// A run for each seed, in folders of their own.
    private func train(_ seeds: [UInt64]) throws {
        let store = try Store(opening: store!)
        let entries = try seeds.map { seed in
            RunSeries.Entry(
                name: "seed-\(seed)", configuration: try options.resolved(store, adding: ["training.seed=\(seed)"]))
        }
        try SeriesRunner(
            store: store, quiet: quietness.quiet, skipVerification: skipVerification, format: report.format,
            tensorboard: tensorboard
        ).run(
            entries, in: output ?? SeriesRunner.defaultFolder(store, "\(entries[0].configuration.label)-seeds"))
    }

    private func started(_ reporter: TrainingReporter) throws -> TrainingRun {
        let store = try Store(opening: store!)
        let configuration = try options.resolved(store)
        let output = output ?? RunFolder.defaultPath(dataset: store.dataset, label: configuration.label)
        CommandProcess.removeLeftovers(of: [output], calling: output)
        var plan = TrainingRun.Plan(
            store: store, configuration: configuration, output: output,
            toolVersion: CommandProcess.version)
        plan.initialParameters = initialParameters
        plan.skipVerification = skipVerification
        return try TrainingRun.start(plan, observe: reporter.observe)
    }

    private func printConfiguration() throws {
        if let resume {
            let record = try RunFolder(resume).record(models: .all)
            let continued = try record.continued(with: options.assignments())
            return try StandardOutput.printRaw(continued.configuration.commentedYAML)
        }
        try StandardOutput.printRaw(
            options.resolved(store.map { try Store(opening: $0) }).commentedYAML)
    }

    private func resumed(_ path: String, _ reporter: TrainingReporter) throws -> TrainingRun {
        let folder = RunFolder(path)
        let record = try folder.record(models: .all)
        let continued = try record.continued(with: options.assignments())
        CommandProcess.removeLeftovers(of: folder.paths, calling: path)
        return try TrainingRun.resume(
            folder, as: continued, store: Store(opening: store ?? record.storePath), models: .all,
            skipVerification: skipVerification,
            observe: reporter.observe)
    }
}
