import ArgumentParser
import CommandSupport
import FeatureStore
import Files
import Foundation
import Models
import TerminalText
import Training

extension PredictionTable.Form: ExpressibleByArgument {}

/// `vuemo predict`: what runs say about the utterances of a store.
struct Predict: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Predict the emotions of a store's utterances.",
        usage: "vuemo predict [<options>] <run> ... <store.h5>",
        discussion: """
            Writes a row for each utterance: dialogue, utterance, sentence, speaker, gold class where the store has one, predicted class, \
            and the probability of every class. The store needs no labels. Of several runs, the mean of their probabilities counts.

            Examples:
              vuemo predict runs/iemocap-released-1 new.h5 -o predictions.csv
              vuemo predict runs/iemocap-seeds/seed-* iemocap.h5 --split test
              vuemo predict runs/meld-1 iemocap.h5 --class-map hap=joy,ang=anger
              vuemo predict runs/meld-1 new.h5 -o predictions.jsonl
              vuemo predict runs/meld-1 meld.h5 --split test --explain
            """)

    @Argument(
        help: ArgumentHelp("The folders of runs and, last, the store to predict.", valueName: "run ... store.h5"))
    var paths: [String]

    @Option(help: "Predict this split only. (default: all dialogues)")
    var split: String?

    @OptionGroup(title: "How runs and store fit") var fit: FitOptions

    @Flag(help: "Leave the store's labels out, whatever their classes are.")
    var withoutGold = false

    @Flag(
        help:
            "Add how the probability of the predicted class changes without each modality, the context and the speaker."
    )
    var explain = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write. (default: standard output)", valueName: "file"))
    var output: String?

    @Flag(help: "Replace a file that is there already, once the new one is complete.")
    var force = false

    @Option(help: "The form: csv or jsonl, a JSON object in each line. (default: by the output's name, else csv)")
    var form: PredictionTable.Form?

    @OptionGroup(title: "Output") var quietness: QuietFlag

    func validate() throws {
        guard paths.count > 1 else {
            throw ValidationError(
                "Give a run and the store to predict, for example: vuemo predict runs/iemocap-released-1 new.h5")
        }
        guard output != nil || !force else { throw ValidationError("--force replaces a file; name it with --output.") }
        guard !withoutGold || fit.classMap.isEmpty else {
            throw ValidationError("--class-map says what labels mean, and --without-gold leaves them out; give one.")
        }
        _ = try fit.assignments()
    }

    func run() throws {
        let reporter = TrainingReporter(quiet: quietness.quiet)
        defer { reporter.finish() }
        let target = output.map { OutputPath($0, overwrites: force) }
        if let target { CommandProcess.removeLeftovers(of: [target.path], calling: target.path) }
        try target?.check(inputs: [paths[paths.count - 1]], beingCalled: "the store")
        let store = try Store(opening: paths[paths.count - 1])
        let runs = try paths.dropLast().map { try TrainedRun(RunFolder($0), models: .all, ownStore: store) }
        let predictor = try Predictor(
            runs, store: store, split: split, options: fit.model.inference, explains: explain,
            observe: reporter.observe)
        let map = withoutGold ? nil : try predictor.classMap(fit.assignments())
        let table = PredictionTable(
            form ?? Self.form(of: output), of: store, classes: predictor.classes, gold: map,
            absences: predictor.absences)
        let rows = { try write(table, predictor, reporter, to: $0) }
        if let target {
            try AtomicFile.replace(target.path, overwrites: target.overwrites) { temporary in
                let file = try OutputFile(creating: temporary)
                try rows { try file.write(Array($0.utf8)) }
                try file.close()
            }
        } else {
            try rows { try StandardOutput.printRaw($0) }
        }
        reporter.finish()
        if let map, !map.unmapped.isEmpty {
            let names = map.unmapped.map { "\($0.name) (\($0.utterances))" }.joined(separator: ", ")
            CommandProcess.warn("no gold class is written for what the run has no class for: \(names) utterances")
        }
        if let output { try StandardOutput.print("predictions: \(output.escapedForTerminal)") }
    }

    /// All rows, in pieces of some size.
    private func write(
        _ table: PredictionTable, _ predictor: Predictor, _ reporter: TrainingReporter,
        to receive: (String) throws -> Void
    ) throws {
        var piece = table.head
        var done = 0
        while let prediction = try predictor.next() {
            piece += try table.rows(prediction)
            if piece.utf8.count > 1 << 16 {
                try receive(piece)
                piece = ""
            }
            done += 1
            reporter.progress("predicting", done, of: predictor.dialogues.count)
        }
        if !piece.isEmpty { try receive(piece) }
    }

    private static func form(of output: String?) -> PredictionTable.Form {
        [".jsonl", ".ndjson"].contains { output?.hasSuffix($0) == true } ? .jsonl : .csv
    }
}

/// What is said where a store is not the one that a run was trained on.
struct FitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which class of the store is which of the run, where their names differ: hap=joy,ang=anger. What is not named counts as without label.",
            valueName: "old=new,..."))
    var classMap: [String] = []

    @OptionGroup var model: ModelOptions

    /// The classes that were named.
    func assignments() throws -> [ClassMap.Assignment] {
        try classMap.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw ValidationError(
                    "--class-map takes pairs of a class of the store and one of the run, for example hap=joy,ang=anger."
                )
            }
            return ClassMap.Assignment(old: String(parts[0]), new: String(parts[1]))
        }
    }
}

/// How a run's model is applied to a store.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The speaker of the run that speakers count as whom the run does not know. (default: they are refused)",
            valueName: "speaker"))
    var unknownSpeakers: String?

    @Option(help: "Dialogues computed together. (default: as in training)")
    var batchSize: Int?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    func validate() throws {
        if let batchSize, batchSize < 1 { throw ValidationError("--batch-size takes a number of at least 1.") }
    }

    var inference: InferenceOptions {
        var options = InferenceOptions()
        options.batchSize = batchSize
        options.unknownSpeakers = unknownSpeakers
        options.skipVerification = skipVerification
        return options
    }
}
