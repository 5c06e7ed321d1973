import ArgumentParser
import CommandSupport
import Conversations
import ConvertCommands
import FeatureStore
import Foundation
import TableConversion

extension SpeakerScope: ExpressibleByArgument {}

/// `vuemo convert table`
struct ConvertTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Convert a list of utterances and .npy matrices.",
        discussion: """
            The list is a CSV file or JSON lines. It has the columns dialogue, utterance, speaker, label, split and text; only dialogue is required. Row i of \
            each matrix belongs to utterance i.

            Examples:
              vuemo convert table utterances.csv --audio audio.npy -o mine.h5
              vuemo convert table utterances.jsonl --text text.npy --labels calm,glad \\
                  -o mine.h5
            """)

    @Argument(help: ArgumentHelp("The list of utterances.", valueName: "manifest"))
    var manifest: String

    @OptionGroup(title: "Features and names") var table: TableOptions
    @OptionGroup var options: ConvertOptions

    func run() throws {
        try ConversionRun.run(options) { progress in try TableConverter.convert(request, progress: progress) }
    }

    private var request: TableRequest {
        var matrices = table.text.enumerated().map { index, path in
            table.text.count == 1
                ? TableRequest.Matrix(name: "text", modality: .text, path: path)
                : TableRequest.Matrix(name: "text_\(index + 1)", modality: .text, layer: index + 1, path: path)
        }
        matrices += table.audio.map { [.init(name: "audio", modality: .audio, path: $0)] } ?? []
        matrices += table.visual.map { [.init(name: "visual", modality: .visual, path: $0)] } ?? []
        var request = TableRequest(manifest: manifest, matrices: matrices, output: options.store.output)
        request.dataset = options.store.name ?? request.dataset
        request.labelNames = table.labels?.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        request.speakerScope = table.speakerScope
        request.splitChoice = options.splitChoice
        request.overwrites = options.store.force
        request.keepsNonFiniteValues = options.store.keepNonFinite
        request.compressionLevel = options.store.compression.compress
        request.created = CommandProcess.sourceDate
        request.toolVersion = CommandProcess.version
        return request
    }
}

/// The matrices, and what the list leaves open.
struct TableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Text features; given several times, layers of one encoder, the first one layer 1.", valueName: "npy"))
    var text: [String] = []

    @Option(help: ArgumentHelp("Audio features.", valueName: "npy"))
    var audio: String?

    @Option(help: ArgumentHelp("Visual features.", valueName: "npy"))
    var visual: String?

    @Option(
        help: ArgumentHelp(
            "The classes in the order of their numbers, separated by commas. (default: those of the list, sorted)",
            valueName: "names"))
    var labels: String?

    @Option(
        help: "Whether a speaker's name means one person in the corpus or in the dialogue only: corpus or dialogue.")
    var speakerScope: SpeakerScope = .corpus

    func validate() throws {
        guard !text.isEmpty || audio != nil || visual != nil else {
            throw ValidationError("Give at least one matrix with --text, --audio or --visual.")
        }
        try Arguments.refuseRepeated("--audio", "--visual")
    }
}
