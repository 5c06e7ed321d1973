import ArgumentParser
import FeatureStore
import Foundation
import Training

/// `vuemo train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train VUEMO on a store, or continue a run.",
        discussion: """
            The run folder keeps config.yaml, metrics.jsonl, result.json, predictions.csv and two checkpoints. Ctrl-C writes a \
            checkpoint and says how to continue.

              vuemo train iemocap.h5
              vuemo train meld.h5 --variant corrected --epochs 10 --output runs/meld-try
              vuemo train --resume runs/meld-try
            """)

    @Argument(help: "The store to train on, written by vuemo convert. With --resume it is the run's own unless given.")
    var store: String?

    @OptionGroup(title: "Configuration") var options: ConfigurationOptions

    @Option(
        name: .shortAndLong,
        help: "The run's folder, which must not exist. (default: runs/<dataset>-<variant>-<next number>)")
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

    @OptionGroup(title: "Output") var outputOptions: OutputOptions

    func validate() throws {
        if resume == nil, store == nil {
            throw ValidationError("Give the store to train on, for example: vuemo train iemocap.h5")
        }
        if resume != nil, output != nil || initialParameters != nil || options.preset != nil {
            throw ValidationError(
                "--resume continues a run as it began; it takes no --output, --initial-parameters or --preset.")
        }
    }

    func run() throws {
        let interruption = Interruption()
        let signals = Signals(interruption, quiet: outputOptions.quiet)
        let reporter = TrainingReporter(quiet: outputOptions.quiet)
        defer { reporter.finish() }
        let outcome = try withExtendedLifetime(signals) {
            let run = try resume.map { try resumed($0, reporter) } ?? started(reporter)
            if !outputOptions.quiet {
                StandardError.write("\(run.folder.path): \(run.summary)\n")
            }
            return (run.folder, try run.run(interruption: interruption, observe: reporter.observe))
        }
        reporter.finish()
        switch outcome {
        case (_, .finished(let result)):
            try result.write(outputOptions.format)
        case (let folder, .interrupted(let epoch, let step)):
            StandardError.write(
                "stopped in epoch \(epoch) after \(step) steps; resume with: vuemo train --resume \(folder.path)\n")
            throw ExitCode(130)
        }
    }

    private func started(_ reporter: TrainingReporter) throws -> TrainingRun {
        let store = try Store(opening: store!)
        let configuration = try RunConfiguration.resolve(
            dataset: DatasetFacts(store), preset: options.preset, assignments: options.assignments(),
            threads: ProcessInfo.processInfo.activeProcessorCount)
        var plan = TrainingRun.Plan(
            store: store, configuration: configuration,
            output: output
                ?? RunFolder.defaultPath(dataset: store.dataset, variant: configuration.model.variant.rawValue),
            toolVersion: Vuemo.version)
        plan.initialParameters = initialParameters
        plan.skipVerification = skipVerification
        return try TrainingRun.start(plan, observe: reporter.observe)
    }

    private func resumed(_ path: String, _ reporter: TrainingReporter) throws -> TrainingRun {
        let folder = RunFolder(path)
        let record = try folder.record()
        try record.refuseChanges(options.assignments())
        return try TrainingRun.resume(
            folder, store: Store(opening: store ?? record.storePath), skipVerification: skipVerification,
            observe: reporter.observe)
    }
}
