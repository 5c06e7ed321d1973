import ArgumentParser
import CommandSupport
import Conversations
import Conversion
import Foundation
import TableConversion

extension SpeakerScope: ExpressibleByArgument {}
extension KnownColumns: ExpressibleByArgument {}
extension TableRequest.MissingFeatures: ExpressibleByArgument {}

/// `vuemo convert table`
public struct ConvertTable<Program: PickleProgram>: ParsableCommand {
    /// The name and what the help says.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "table",
            abstract: "Convert lists of utterances and their features.",
            discussion: """
                A list is a CSV file, a TSV file or JSON lines. It has the columns dialogue, utterance, speaker, label, split and text; only dialogue is \
                required, and --column says where they have other names.

                A feature is a .npy matrix whose row i belongs to utterance i, or arrays by id: a .npz archive, a folder of .npy files, an HDF5 file \
                (also .csd) or a pickle of id -> array. docs/tables.md has an example of each.

                Examples:
                  vuemo convert table utterances.csv --audio audio.npy -o mine.h5
                  vuemo convert table train_sent_emo.csv dev_sent_emo.csv test_sent_emo.csv \\
                      --columns meld --audio 'audio_{split}.npz' --id-pattern meld -o meld.h5
                  vuemo convert table --split train=train.tsv --split test=test.tsv \\
                      --column dialogue=Dialog --column label=joy,anger --text text.npz \\
                      -o mine.h5
                """)
    }

    @Argument(help: ArgumentHelp("The lists of utterances, end to end.", valueName: "list"))
    var lists: [String] = []

    @OptionGroup(title: "Lists") var form: ListOptions
    @OptionGroup(title: "Features") var given: FeatureOptions
    @OptionGroup(title: "Features") var frames: FrameOption
    @OptionGroup var options: ConvertOptions

    /// Filled in by the parser of the command line.
    public init() {}

    /// Refuses what the types allow and the command does not.
    public func validate() throws {
        guard !lists.isEmpty || !form.split.isEmpty else {
            throw ValidationError("Give a list of utterances, or one for each split with --split train=FILE.")
        }
    }

    /// Leaves the work to the program.
    public func run() throws { try Program.convert(TableJob(request: try request(), options: options)) }

    private func request() throws -> TableRequest {
        let known = form.columns
        var all = lists.map { TableRequest.List(path: $0, split: known?.split(ofFile: $0)) }
        all += try form.splitLists()
        var request = TableRequest(lists: all, features: try given.features(), output: options.store.output)
        request.columns = try (known?.names ?? [:]).merging(form.columnNames()) { _, given in given }
        request.delimiter = try form.delimiterByte()
        request.encoding = form.encoding
        request.idPattern = try given.idPattern.map { text throws(ConversionError) in try IDPattern(text) }
        request.missing = given.allowMissing
        request.frames = frames.frames
        request.mending = options.mending
        request.dataset = options.store.name ?? (known == .meld ? "MELD" : request.dataset)
        request.labelNames = form.labels?.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        request.speakerScope = form.speakerScope
        request.splitChoice = options.splitChoice
        request.overwrites = options.store.force
        request.keepsNonFiniteValues = options.store.keepNonFinite
        request.compressionLevel = options.store.compression.compress
        request.created = CommandProcess.sourceDate
        request.toolVersion = CommandProcess.version
        return request
    }
}

/// A value `NAME=REST` of an option that is given several times.
private struct NamedValue {
    let name: String
    let value: String

    init(_ text: String, option: String, example: String) throws {
        guard let mark = text.firstIndex(of: "="), mark > text.startIndex, text.index(after: mark) < text.endIndex
        else {
            throw ValidationError("\(option) takes \(example), and not '\(text)'.")
        }
        (name, value) = (String(text[..<mark]), String(text[text.index(after: mark)...]))
    }
}

/// How lists are written.
struct ListOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A list whose dialogues are all of one split: train, valid (also dev, val) or test. Ids of dialogues may begin anew in each split.",
            valueName: "split=list"))
    var split: [String] = []

    @Option(
        help: ArgumentHelp(
            "What a column of the lists is: dialogue, utterance, speaker, label, split, text or sentiment. A label that is one-hot has several columns, whose names are the classes: label=joy,anger.",
            valueName: "what=NAME"))
    var column: [String] = []

    @Option(help: ArgumentHelp("Columns that everybody has: meld, for MELD's three CSV files.", valueName: "whose"))
    var columns: KnownColumns?

    @Option(
        help: ArgumentHelp(
            "What stands between columns: comma, tab, semicolon, bar, or the character. (default: a tab in .tsv and .tab, else a comma)",
            valueName: "what"))
    var delimiter: String?

    @Option(help: "What the bytes of the lists mean: utf-8 or windows-1252.", transform: Self.encoding)
    var encoding: TextEncoding = .utf8

    @Option(
        help: ArgumentHelp(
            "The classes in the order of their numbers, separated by commas. (default: those of the list, sorted)",
            valueName: "names"))
    var labels: String?

    @Option(
        help: "Whether a speaker's name means one person in the corpus or in the dialogue only: corpus or dialogue.")
    var speakerScope: SpeakerScope = .corpus

    func validate() throws {
        _ = try columnNames()
        _ = try delimiterByte()
        _ = try splitLists()
    }

    func splitLists() throws -> [TableRequest.List] {
        try split.map {
            let given = try NamedValue($0, option: "--split", example: "a split and its list, such as train=train.csv")
            return TableRequest.List(path: given.value, split: given.name)
        }
    }

    /// For each column that is given, its names in the lists.
    func columnNames() throws -> [TableColumn: [String]] {
        var names: [TableColumn: [String]] = [:]
        for text in column {
            let given = try NamedValue(
                text, option: "--column", example: "a column and its name, such as dialogue=Dialogue_ID")
            guard let column = given.name == "sentence" ? .text : TableColumn(rawValue: given.name) else {
                throw ValidationError(
                    "--column knows \(TableColumn.allCases.map(\.rawValue).joined(separator: ", ")), and not '\(given.name)'."
                )
            }
            guard names[column] == nil else {
                throw ValidationError("--column gives the \(given.name) twice; give it once.")
            }
            let several = given.value.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            names[column] = column == .label && several.count > 1 ? several : [given.value]
        }
        return names
    }

    func delimiterByte() throws -> UInt8? {
        guard let delimiter else { return nil }
        let named: [String: String] = ["comma": ",", "tab": "\t", "semicolon": ";", "bar": "|", "\\t": "\t"]
        let bytes = Array((named[delimiter] ?? delimiter).utf8)
        guard bytes.count == 1, (0x20..<0x7F).contains(bytes[0]) || bytes[0] == 0x09, bytes[0] != UInt8(ascii: "\"")
        else {
            throw ValidationError(
                "--delimiter takes comma, tab, semicolon, bar or one character of ASCII that is no quote, and not '\(delimiter)'."
            )
        }
        return bytes[0]
    }

    @Sendable private static func encoding(_ text: String) throws -> TextEncoding {
        switch text.lowercased() {
        case "utf-8", "utf8": return .utf8
        case "windows-1252", "cp1252": return .windows1252
        default:
            throw ValidationError("--encoding takes utf-8 or windows-1252; save a list of another encoding as UTF-8.")
        }
    }
}

/// The features, and how those by id are found.
struct FeatureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Text features; given several times, layers of one encoder, the first one layer 1.", valueName: "file"))
    var text: [String] = []

    @Option(help: ArgumentHelp("Audio features.", valueName: "file"))
    var audio: String?

    @Option(help: ArgumentHelp("Visual features.", valueName: "file"))
    var visual: String?

    @Option(
        help: ArgumentHelp(
            "A feature by its name: text, audio or visual; text:2 for layer 2; audio:wav2vec2 for one that wav2vec2 made. In the file's name {split} stands for the split's word, and HDF5 files may have a group behind them: file.h5:/group.",
            valueName: "name=file"))
    var feature: [String] = []

    @Option(
        help: ArgumentHelp(
            "How ids of arrays are made of the list, such as '{dialogue}_{utterance}'; {number} is the place in the dialogue from 0, {split} the split's word. By name: meld (dia0_utt3), iemocap (Ses01F_impro01_F000), csd (video[3]). (default: the utterance's id)",
            valueName: "pattern"))
    var idPattern: String?

    @Option(
        help: ArgumentHelp(
            "What becomes of utterances without an array: zero makes rows of zeros, drop leaves them out. Without it they are refused.",
            valueName: "how"))
    var allowMissing: TableRequest.MissingFeatures?

    func validate() throws {
        guard !text.isEmpty || audio != nil || visual != nil || !feature.isEmpty else {
            throw ValidationError("Give at least one feature with --text, --audio, --visual or --feature.")
        }
        try Arguments.refuseRepeated("--audio", "--visual")
        _ = try features()
        do { _ = try idPattern.map(IDPattern.init) } catch { throw ValidationError("\(error)") }
    }

    func features() throws -> [TableRequest.Feature] {
        var features = text.enumerated().map { index, path in
            text.count == 1
                ? TableRequest.Feature(name: "text", modality: .text, path: path)
                : TableRequest.Feature(name: "text_\(index + 1)", modality: .text, layer: index + 1, path: path)
        }
        features += audio.map { [.init(name: "audio", modality: .audio, path: $0)] } ?? []
        features += visual.map { [.init(name: "visual", modality: .visual, path: $0)] } ?? []
        features += try feature.map(Self.named)
        var seen: Set<[UInt8]> = []
        if let repeated = features.first(where: { !seen.insert(Array($0.name.utf8)).inserted }) {
            throw ValidationError("The feature \(repeated.name) is given twice; give it once.")
        }
        return features
    }

    private static func named(_ text: String) throws -> TableRequest.Feature {
        let given = try NamedValue(text, option: "--feature", example: "a name and a file, such as audio=audio.npz")
        let parts = given.name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let modality = Modality(rawValue: parts[0]) else {
            throw ValidationError(
                "--feature takes the modalities text, audio and visual, and not '\(parts[0])'; write audio:NAME for one of a name of your own."
            )
        }
        guard parts.count == 2 else {
            return TableRequest.Feature(name: parts[0], modality: modality, path: given.value)
        }
        if let layer = Int(parts[1]) {
            guard (1...1000).contains(layer) else { throw ValidationError("--feature counts layers from 1 to 1000.") }
            return TableRequest.Feature(
                name: "\(parts[0])_\(layer)", modality: modality, layer: layer, path: given.value)
        }
        let isPlain = parts[1].utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || [0x2D, 0x2E, 0x5F].contains($0)
        }
        guard !parts[1].isEmpty, parts[1].utf8.count <= 100, isPlain else {
            throw ValidationError("--feature takes names of letters, digits, '-', '_' and '.', and not '\(parts[1])'.")
        }
        return TableRequest.Feature(
            name: "\(parts[0])_\(parts[1])", modality: modality, extractor: parts[1], path: given.value)
    }
}
