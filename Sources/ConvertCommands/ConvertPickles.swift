import ArgumentParser
import CommandSupport
import Conversion
import TableConversion

/// Who reads pickles: `vuemo-convert` does, and `vuemo` hands over to it. The commands are the same in both programs, so that
/// `vuemo convert iemocap --help` needs no other program.
public protocol PickleProgram: SendableMetatype {
    /// Converts pickles and prints the summary.
    static func convert(_ job: PickleJob) throws
    /// Converts lists of utterances and their features, of which some may be pickles, and prints the summary.
    static func convert(_ job: TableJob) throws
    /// Scans pickles, prints what is found, and throws the exit status where not all are safe.
    static func scan(_ command: ScanOptions) throws
    /// The layouts that are known, as text for people.
    static func layouts() throws -> String
}

/// `vuemo convert --list-layouts`, which needs no file and no output, so it ends the parsing as `--help` does.
public struct LayoutsFlag<Program: PickleProgram>: ParsableArguments {
    @Flag(help: "List the layouts of pickles that are known, and do nothing else.") var listLayouts = false

    /// Filled in by the parser of the command line.
    public init() {}

    /// Ends the command where the flag is given.
    public func validate() throws {
        if listLayouts { throw CleanExit.message(try Program.layouts()) }
    }
}

/// A conversion of pickles that the command line asks for.
public struct PickleJob {
    /// The files.
    public var inputs: [String]
    /// The dataset that they must be of; nil takes what they are.
    public var dataset: ConvertibleDataset?
    /// A layout of the user's own.
    public var layout: String?
    /// What makes a row of a matrix of frames.
    public var frames: FrameReduction?
    /// The classes of labels that are real numbers.
    public var regressionClasses: RegressionClasses?
    /// Everything else.
    public var options: ConvertOptions
}

/// A conversion of lists of utterances that the command line asks for.
public struct TableJob {
    /// What to convert.
    public var request: TableRequest
    /// Everything else.
    public var options: ConvertOptions
}

/// What becomes of utterances that are matrices of frames.
public struct FrameOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What makes a row of an utterance whose features are a matrix of frames: mean, max, last or mean+std (twice as wide), column by column. Without it, such a file is refused.",
            valueName: "how"))
    var frames: FrameReduction?

    /// Filled in by the parser of the command line.
    public init() {}
}

extension FrameReduction: ExpressibleByArgument {}

/// What becomes of labels that are real numbers.
public struct RegressionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many classes labels become that are real numbers, such as sentiment: 2 (below 0; 0 and above), 3 (below 0; 0; above 0) or 7 (rounded, from -3 to 3).",
            valueName: "2|3|7"))
    var regressionClasses: RegressionClasses?

    /// Filled in by the parser of the command line.
    public init() {}
}

extension RegressionClasses: ExpressibleByArgument {}

/// The pickles of a dataset that is named.
public struct NamedFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The base features: ids, speakers, labels, text, audio, visual, sentences, splits.", valueName: "file"))
    var features: String?

    @Option(
        help: ArgumentHelp("The RoBERTa features. They also say which dialogues are for validation.", valueName: "file")
    )
    var roberta: String?

    /// Filled in by the parser of the command line.
    public init() {}

    var paths: [String] { [features, roberta].compactMap { $0 } }

    /// Refuses what the types allow and the command does not.
    public func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("Give the pickles with --features FILE and --roberta FILE.") }
        try Arguments.refuseRepeated("--features", "--roberta")
    }
}

/// `vuemo convert iemocap`.
public struct ConvertIEMOCAP<Program: PickleProgram>: ParsableCommand {
    /// The name and what the help says.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "iemocap",
            abstract: "Convert the base and RoBERTa features of IEMOCAP.",
            discussion: """
                Example:
                  vuemo convert iemocap --features IEMOCAP_features.pkl \\
                      --roberta iemocap_features_roberta.pkl -o iemocap.h5
                """)
    }

    @OptionGroup(title: "Pickles") var files: NamedFiles
    @OptionGroup(title: "Pickles") var frames: FrameOption
    @OptionGroup var options: ConvertOptions

    /// Filled in by the parser of the command line.
    public init() {}

    /// Leaves the work to the program.
    public func run() throws {
        try Program.convert(PickleJob(inputs: files.paths, dataset: .iemocap, frames: frames.frames, options: options))
    }
}

/// `vuemo convert meld`.
public struct ConvertMELD<Program: PickleProgram>: ParsableCommand {
    /// The name and what the help says.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "meld",
            abstract: "Convert the base and RoBERTa features of MELD.",
            discussion: """
                Example:
                  vuemo convert meld --features MELD_features_raw1.pkl \\
                      --roberta meld_features_roberta.pkl -o meld.h5
                """)
    }

    @OptionGroup(title: "Pickles") var files: NamedFiles
    @OptionGroup(title: "Pickles") var frames: FrameOption
    @OptionGroup var options: ConvertOptions

    /// Filled in by the parser of the command line.
    public init() {}

    /// Leaves the work to the program.
    public func run() throws {
        try Program.convert(PickleJob(inputs: files.paths, dataset: .meld, frames: frames.frames, options: options))
    }
}

/// `vuemo convert auto FILE…`, also without the word `auto`.
public struct ConvertAuto<Program: PickleProgram>: ParsableCommand {
    /// The name and what the help says.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "auto",
            abstract: "Convert the pickles of any known dataset.",
            discussion: """
                What each pickle is is told by its content; 'vuemo convert --list-layouts' lists the layouts that are \
                known. 'vuemo convert' without a subcommand does the same.

                Examples:
                  vuemo convert MELD_features_raw1.pkl meld_features_roberta.pkl -o meld.h5
                  vuemo convert auto data_iemocap.pkl --valid-fraction 0.1 -o iemocap.h5
                  vuemo convert unaligned_50.pkl --frames mean --name MOSI -o mosi.h5
                  vuemo convert --layout my_layout.py my_features.pkl -o mine.h5
                """)
    }

    @Argument(help: ArgumentHelp("The pickles of one dataset, in any order.", valueName: "file"))
    var inputs: [String]

    @Option(
        help: ArgumentHelp(
            "A Python module of your own that says what is where in your files (docs/custom-layouts.md). It runs as your code.",
            valueName: "my_layout.py"))
    var layout: String?

    @OptionGroup var frames: FrameOption
    @OptionGroup var regression: RegressionOption
    @OptionGroup var options: ConvertOptions

    /// Filled in by the parser of the command line.
    public init() {}

    /// Leaves the work to the program.
    public func run() throws {
        try Program.convert(
            PickleJob(
                inputs: inputs, layout: layout, frames: frames.frames, regressionClasses: regression.regressionClasses,
                options: options))
    }
}

/// `vuemo scan FILE…`
public struct Scan<Program: PickleProgram>: ParsableCommand {
    /// The name and what the help says.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "scan",
            abstract: "Tell what is in a feature file and whether it is safe.",
            usage: "vuemo scan [<options>] <file> ...",
            discussion: """
                Pickles, also packed ones, files of torch.save and joblib, .npy, .npz, zip archives and HDF5 files (.h5, .csd). \
                Nothing that a file names is imported or called. A name that is not read is one of three: dangerous, as it \
                can run code or programs or reach other files; unknown, and not judged; or not supported, as it is known and \
                harmless.

                Exit status: 0 safe, 1 unsafe or unknown, 2 not supported or unreadable; of several files the worst.

                Examples:
                  vuemo scan IEMOCAP_features.pkl
                  vuemo scan *.pkl --format json
                  vuemo scan features.npz CMU_MOSEI_COVAREP.csd
                """)
    }

    @OptionGroup public var options: ScanOptions

    /// Filled in by the parser of the command line.
    public init() {}

    /// Leaves the work to the program.
    public func run() throws { try Program.scan(options) }
}

/// What a scan is told.
public struct ScanOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The files.", valueName: "file"))
    public var inputs: [String]

    @Option(help: "How the findings are written; json is one object per line and file.")
    public var format = OutputFormat.text

    @OptionGroup public var memory: MemoryOption
    @OptionGroup public var quietness: QuietFlag

    /// Filled in by the parser of the command line.
    public init() {}
}
