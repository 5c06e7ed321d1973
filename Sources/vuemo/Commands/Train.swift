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
            checkpoint and says how to continue; SIGUSR1 writes one and goes on.

            Examples:
              vuemo train iemocap.h5
              vuemo train meld.h5 --variant corrected --epochs 10 --output runs/meld-try
              vuemo train meld.h5 --dry-run
              vuemo train --resume runs/meld-try --time-limit 2h
              vuemo train iemocap.h5 --seeds 1475,1476,1477 --output runs/iemocap-seeds
              vuemo train iemocap.h5 --leave-group-out session --classes iemocap-4
              vuemo train iemocap.h5 --model linear --set optimizer.learningRate=1e-3

            Kinds of models and their keys; --print-config says what each key is:
            \(models)

            m3net and the released vuemo have one weight for each position in the largest minibatch: their size depends on the batch \
            size and the longest dialogues.
            """)

    /// Every kind of model with its keys.
    private static let models = ModelRegister.all.models.flatMap { model in
        TextWrap.lines(
            "\(model.name): \(model.defaults.entries.map(\.name).joined(separator: ", "))", indent: "  ",
            hanging: "    ", width: 79)
    }.joined(separator: "\n")

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

    @Flag(
        help:
            "Write metrics, histograms of parameters and gradients, and embeddings of test into the run's folder too, for TensorBoard."
    )
    var tensorboard = false

    @Flag(
        help:
            "Print where the time went, by operation, and write trace.json into the run's folder, for Perfetto or chrome://tracing."
    )
    var profile = false

    @Flag(help: "Print the configuration that the run would have, with a comment on every key, and train nothing.")
    var printConfig = false

    @Flag(help: "Say what the run would be, how large and how long, measured on three steps, and write nothing.")
    var dryRun = false

    @OptionGroup var time: TimeLimitOption
    @OptionGroup var jobs: JobsOption

    @Option(help: ArgumentHelp("The process that trains several runs, of which this is one.", visibility: .hidden))
    var endWith: Int32?

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
        if options.data.asksForEveryPart, resume != nil || initialParameters != nil {
            throw ValidationError(
                "--folds and --leave-group-out begin runs of their own; they take no --resume or --initial-parameters.")
        }
        let isSeries = try series.numbers() != nil || options.data.asksForEveryPart
        if jobs.jobs > 1, !isSeries {
            throw ValidationError("--jobs is for several runs; give their --seeds, --folds or --leave-group-out.")
        }
        if profile, isSeries || dryRun || printConfig {
            throw ValidationError(
                "--profile measures one run that trains; it takes no --seeds, --folds, --leave-group-out, --dry-run or --print-config."
            )
        }
        if dryRun, isSeries || resume != nil || printConfig {
            throw ValidationError(
                "--dry-run tells of one new run; it takes no --seeds, --leave-group-out, --resume or --print-config, and --folds with --fold."
            )
        }
        if resume != nil, output != nil || initialParameters != nil || options.preset != nil {
            throw ValidationError(
                "--resume continues a run as it began; it takes no --output, --initial-parameters or --preset.")
        }
    }

    func run() throws {
        if printConfig { return try printConfiguration() }
        if dryRun { return try tell() }
        if let endWith { try CommandProcess.end(with: endWith) }
        let seeds = try series.numbers()
        if seeds != nil || options.data.asksForEveryPart { return try trainSeries(seeds) }
        let interruption = TrainingSignals.interruption(quiet: quietness.quiet, time)
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let run = try resume.map { try resumed($0, reporter) } ?? started(reporter)
        if !quietness.quiet {
            let finished = run.finishedEpochs.map {
                "all \($0) epochs are trained; --epochs with a larger number would add some"
            }
            StandardError.write("\(run.folder.path.escapedForTerminal): \(finished ?? run.summary)\n")
        }
        let events = tensorboard ? EventLog(run.folder, store: run.store, warn: reporter.warn) : nil
        run.recordsHistograms = tensorboard
        if profile { run.profile = RunProfile() }
        let outcome = try run.run(interruption: interruption) { event in
            reporter.observe(event)
            events?.observe(event)
        }
        if case .finished = outcome { events?.finishRun() } else { events?.finish() }
        reporter.finish()
        try run.writeTrace()
        switch outcome {
        case .finished(let result):
            try report.print(
                text: [result.table, run.profile?.table].compactMap { $0 }.joined(separator: "\n\n"), json: result.json)
        case .interrupted(let epoch, let step):
            throw CommandProcess.stopped(
                "\(interruption.isOutOfTime ? "the time is up: " : "")stopped in epoch \(epoch) after \(step) steps; resume with: "
                    + "vuemo train --resume \(run.folder.path.escapedForTerminal)")
        }
    }

    /// A run for each seed and each part of the dialogues, in folders of their own.
    private func trainSeries(_ seeds: [UInt64]?) throws {
        let store = try Store(opening: store!)
        let entries = try options.entries(store, seeds: seeds, threads: jobs.threads)
        try options.tellOfInitialParameters(ofSeveral: true)
        let kinds = [try options.data.division()?.name, seeds.map { _ in "seeds" }]
        let folder =
            output
            ?? SeriesRunner.defaultFolder(
                store, ([entries[0].configuration.label] + kinds.compactMap { $0 }).joined(separator: "-"))
        let runner = SeriesRunner(
            store: store, jobs: jobs.processes, quiet: quietness.quiet, skipVerification: skipVerification, time: time,
            tensorboard: tensorboard)
        let (finished, failed) = try runner.run(entries, in: folder)
        if !finished.isEmpty {
            let comparison = try RunComparison(finished.map { try FinishedRun($0, models: .all) })
            try SeriesRunner.print(comparison, as: report.format == .json ? .json : .text)
        }
        try SeriesRunner.tell(failed, of: entries.count)
    }

    /// What the run would be.
    private func tell() throws {
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let forecast = try TrainingRun.forecast(plan(), observe: reporter.observe)
        reporter.finish()
        try report.print(text: forecast.text, json: forecast.json)
    }

    private func started(_ reporter: TrainingReporter) throws -> TrainingRun {
        let plan = try plan()
        CommandProcess.removeLeftovers(of: [plan.output], calling: plan.output)
        return try TrainingRun.start(plan, observe: reporter.observe)
    }

    /// What a new run is made from.
    private func plan() throws -> TrainingRun.Plan {
        let store = try Store(opening: store!)
        let configuration = try options.resolved(store)
        if initialParameters == nil { try options.tellOfInitialParameters() }
        var plan = TrainingRun.Plan(
            store: store, configuration: configuration,
            output: output ?? RunFolder.defaultPath(dataset: store.dataset, label: configuration.label),
            toolVersion: CommandProcess.version)
        plan.initialParameters = initialParameters
        plan.skipVerification = skipVerification
        return plan
    }

    private func printConfiguration() throws {
        if let resume {
            let record = try RunFolder(resume).record(models: .all)
            let continued = try record.continued(with: options.assignments())
            return try StandardOutput.printRaw(continued.configuration.commentedYAML)
        }
        let store = try store.map { try Store(opening: $0) }
        // Of several runs, that of the first part.
        let division = try options.data.division()
        let part = try division?.parts(of: store).first?.assignment
        if division != nil, part == nil {
            throw ValidationError("--leave-group-out finds the groups in a store; give one.")
        }
        try StandardOutput.printRaw(options.resolved(store, assigning: part.map { [$0] } ?? []).commentedYAML)
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
