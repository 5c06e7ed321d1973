import ArgumentParser
import CommandSupport
import Conversations
import Files
import FeatureStore
import StoreTools
import TerminalText

extension Modality: ExpressibleByArgument {}

/// Which part of a store is taken.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("dialogue"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these dialogues only, by their ids.", valueName: "id"))
    var dialogues: [String] = []

    @Option(
        name: .customLong("dialogues"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Take the dialogues whose ids fit, with *, ? and [...] as in a shell: 'Ses05*'. Quote them, or the shell looks for files.",
            valueName: "pattern"))
    var patterns: [String] = []

    @Option(
        name: .customLong("dialogues-from"),
        help: ArgumentHelp("Take the dialogues of a list: a file with one id in each line.", valueName: "file"))
    var list: String?

    @Option(
        name: .customLong("split"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these splits only, for example train valid.", valueName: "name"))
    var splits: [String] = []

    @Option(
        name: .customLong("modality"), parsing: .upToNextOption,
        help: ArgumentHelp("Take the features of these modalities only: text, audio, visual.", valueName: "modality"))
    var modalities: [Modality] = []

    @Option(
        name: .customLong("feature"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these features only, by their names.", valueName: "name"))
    var features: [String] = []

    /// Whether anything is left out.
    var isGiven: Bool {
        list != nil || !(dialogues + patterns + splits + features).isEmpty || !modalities.isEmpty
    }

    /// What was selected.
    /// - Throws: where the list of dialogues cannot be read or is empty.
    func selection() throws -> StoreSelection {
        var dialogues = dialogues
        if let list {
            let listed = try TextLines.read(list)
            guard !listed.isEmpty else {
                throw FilesError("use", list, "it names no dialogue; give one id in each line")
            }
            dialogues += listed
        }
        return StoreSelection(
            dialogues: dialogues.isEmpty ? nil : dialogues, dialoguePatterns: patterns.isEmpty ? nil : patterns,
            splits: splits.isEmpty ? nil : splits, modalities: modalities.isEmpty ? nil : modalities,
            features: features.isEmpty ? nil : features)
    }
}

/// Where a new file goes.
struct TargetOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Flag(help: "Replace a file that is there already, once the new one is complete.")
    var force = false

    /// The path, without what was left beside it by commands that were killed.
    func cleared() -> OutputPath {
        CommandProcess.removeLeftovers(of: [output], calling: output)
        return OutputPath(output, overwrites: force)
    }
}

/// How a new store is written.
struct StoreOutputOptions: ParsableArguments {
    @OptionGroup var output: TargetOptions

    @OptionGroup var compression: CompressionOption

    /// For the writer. What is taken from a store is taken as it is: NaN and infinity are for 'vuemo validate'.
    var writer: StoreWriterOptions {
        StoreWriterOptions(compressionLevel: compression.compress, refusesNonFiniteValues: false)
    }

    /// This program, and the time of `SOURCE_DATE_EPOCH` where that is set.
    var origin: StoreOrigin {
        StoreOrigin(toolVersion: CommandProcess.version, created: CommandProcess.sourceDate)
    }

    /// Tells what was written.
    func report(_ written: WrittenStore) throws {
        try StandardOutput.print(
            "store: \(written.path.escapedForTerminal), \(written.bytes) bytes\ncontent_id: \(written.contentID)")
    }
}
