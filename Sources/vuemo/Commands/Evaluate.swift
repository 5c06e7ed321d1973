import Models
import ArgumentParser
import CommandSupport
import ConversationModels
import FeatureStore
import Training

/// `vuemo evaluate`
struct Evaluate: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Evaluate a run's chosen epoch.",
        usage: "vuemo evaluate [<options>] <run>",
        discussion: """
            Prints precision, recall and F1 of each class, accuracy, weighted F1 and the confusion matrix.

            Examples:
              vuemo evaluate runs/iemocap-released-1
              vuemo evaluate runs/iemocap-released-1 --split valid --format json
            """)

    @Argument(help: ArgumentHelp("The run's folder, written by vuemo train.", valueName: "run"))
    var runFolder: String

    @Option(help: "The split to evaluate: train, valid or test.")
    var split = "test"

    @Option(help: "The store, where it is no longer at the path that the run remembers. Its content must be the same.")
    var store: String?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    @OptionGroup(title: "Output") var quietness: QuietFlag
    @OptionGroup(title: "Output") var report: FormatOption

    func validate() throws {
        guard RunEvaluator.splits.contains(split) else {
            throw ValidationError(
                "--split must be one of \(RunEvaluator.splits.joined(separator: ", ")), not \"\(split)\".")
        }
    }

    func run() throws {
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let folder = RunFolder(runFolder)
        let store = try Store(opening: store ?? folder.record(models: .all).storePath)
        let result = try RunEvaluator.evaluate(
            folder, store: store, models: .all, split: split, skipVerification: skipVerification,
            observe: reporter.observe)
        reporter.finish()
        try report.print(text: result.table, json: result.json)
    }
}
