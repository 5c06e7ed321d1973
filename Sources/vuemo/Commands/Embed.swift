import ArgumentParser
import CommandSupport
import FeatureStore
import Models
import StoreTools
import Training

extension EmbeddingFile.Form: ExpressibleByArgument {}

/// `vuemo embed`: what passes through a run's model.
struct Embed: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Write a run's embeddings of a store's utterances.",
        usage: "vuemo embed [<options>] <run> <store.h5> --output <file>",
        discussion: """
            Writes stages of the model, a row for each utterance, with the ids of dialogues and utterances, speakers and gold classes. \
            VUEMO has unimodal.l, unimodal.a and unimodal.v (the modalities), vue (the virtual unified emotion), gai, lgl, and fused, \
            which the classifier gets.

            Examples:
              vuemo embed runs/meld-1 meld.h5 --split test -o embeddings.npz
              vuemo embed runs/meld-1 meld.h5 --stage vue --stage fused -o embeddings.h5
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var runFolder: String

    @Argument(help: ArgumentHelp("The store, which needs no labels.", valueName: "store.h5"))
    var store: String

    @Option(
        help: ArgumentHelp("A stage to write; may be given again, and all stands for every stage.", valueName: "stage"))
    var stage: [String] = ["fused"]

    @Option(help: "Take this split only. (default: all dialogues)")
    var split: String?

    @OptionGroup(title: "How run and store fit") var fit: ModelOptions
    @OptionGroup(title: "File") var output: TargetOptions

    @Option(help: "The form: hdf5 or npz. (default: by the output's name)")
    var form: EmbeddingFile.Form?

    @OptionGroup(title: "Output") var quietness: QuietFlag

    func validate() throws {
        guard form != nil || Self.form(of: output.output) != nil else {
            throw ValidationError("'\(output.output)' ends neither in .h5 nor in .npz; say --form hdf5 or --form npz.")
        }
        guard Set(stage).count == stage.count else {
            throw ValidationError("--stage names a stage twice; give it once.")
        }
    }

    func run() throws {
        guard let form = form ?? Self.form(of: output.output) else { return }
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let target = output.cleared()
        try target.check(inputs: [store], beingCalled: "the store")
        let store = try Store(opening: store)
        let run = try TrainedRun(RunFolder(runFolder), models: .all, ownStore: store)
        let embedder = try Embedder(
            run, store: store, stages: stage.contains("all") ? [] : stage, split: split, options: fit.inference,
            observe: reporter.observe)
        var done = 0
        let content = EmbeddingFile.Content(
            store: store, dialogues: embedder.dialogues, stages: embedder.stages,
            origin: [
                ("format", "vuemo-embeddings 1"), ("run", run.folder.path), ("epoch", String(run.epoch)),
                ("dataset", store.dataset), ("content_id", store.contentID),
            ])
        try EmbeddingFile.write(content, to: target, as: form) {
            guard let piece = try embedder.next() else { return nil }
            done += piece.dialogues
            reporter.progress("embedding", done, of: embedder.dialogues.count)
            return piece.stages.map(\.values)
        }
        reporter.finish()
        let stages = embedder.stages.map { "\($0.name) (\($0.width))" }.joined(separator: ", ")
        try StandardOutput.print("embeddings: \(output.output.escapedForTerminal)\nstages: \(stages)")
    }

    private static func form(of path: String) -> EmbeddingFile.Form? {
        if path.hasSuffix(".npz") { return .npz }
        return path.hasSuffix(".h5") || path.hasSuffix(".hdf5") ? .hdf5 : nil
    }
}
