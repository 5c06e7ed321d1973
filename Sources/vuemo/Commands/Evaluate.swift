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
        usage: "vuemo evaluate [<options>] <run> [<store.h5>]",
        discussion: """
            Prints precision, recall and F1 of each class, accuracy, weighted F1 and the confusion matrix. With a store, the run is \
            evaluated on that one, which must have features of the same widths; utterances that have no label, or a class that the run \
            does not have, are told and not scored.

            Examples:
              vuemo evaluate runs/iemocap-released-1
              vuemo evaluate runs/iemocap-released-1 --split valid --format json
              vuemo evaluate runs/meld-1 iemocap.h5 --class-map hap=joy,ang=anger
            """)

    @Argument(help: ArgumentHelp("The run's folder, written by vuemo train.", valueName: "run"))
    var runFolder: String

    @Argument(help: ArgumentHelp("Another store than the run's own.", valueName: "store.h5"))
    var otherStore: String?

    @Option(help: "The split to evaluate: train, valid, test, or all for every dialogue.")
    var split = "test"

    @Option(
        help: "The run's store, where it is no longer at the path that the run remembers. Its content must be the same."
    )
    var store: String?

    @OptionGroup(title: "How run and store fit") var fit: FitOptions

    @OptionGroup(title: "Output") var quietness: QuietFlag
    @OptionGroup(title: "Output") var report: FormatOption

    func validate() throws {
        let splits = RunEvaluator.splits + ["all"]
        guard splits.contains(split) else {
            throw ValidationError("--split must be one of \(splits.joined(separator: ", ")), not \"\(split)\".")
        }
        guard store == nil || otherStore == nil else {
            throw ValidationError("--store says where the run's own store is; leave it out to evaluate on another one.")
        }
        _ = try fit.assignments()
    }

    func run() throws {
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let folder = RunFolder(runFolder)
        let record = try folder.record(models: .all)
        let store = try Store(opening: otherStore ?? store ?? record.storePath)
        let isOwn = try otherStore == nil || store.hasContent(record.contentID)
        if isOwn, split != "all", fit.classMap.isEmpty, fit.model.unknownSpeakers == nil,
            fit.model.batchSize == nil
        {
            let result = try RunEvaluator.evaluate(
                folder, store: store, models: .all, split: split, skipVerification: fit.model.skipVerification,
                observe: reporter.observe)
            reporter.finish()
            return try report.print(text: result.table, json: result.json)
        }
        if otherStore == nil { try record.requireContent(of: store) }
        let run = try TrainedRun(folder, models: .all, ownStore: store)
        let result = try StoreEvaluation.evaluate(
            run, on: store, split: split == "all" ? nil : split, classMap: fit.assignments(),
            options: fit.model.inference,
            observe: reporter.observe)
        reporter.finish()
        try report.print(text: result.table, json: result.json)
    }
}
