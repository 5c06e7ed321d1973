import ArgumentParser
import CommandSupport
import Conversion

/// What all conversions share.
public struct ConvertOptions: ParsableArguments {
    @OptionGroup(title: "Store") public var store: NewStoreOptions
    @OptionGroup(title: "Mending; the store says what was changed") var mends: MendingOptions
    @OptionGroup(title: "Splits that the files do not name") var splits: SplitOptions

    @OptionGroup(title: "Running") public var memory: MemoryOption
    @OptionGroup(title: "Running") public var quietness: QuietFlag
    @OptionGroup(title: "Running") public var report: FormatOption

    /// Filled in by the parser of the command line.
    public init() {}

    /// What is changed in the files' data.
    public var mending: Mending {
        var mending = Mending()
        mending.replacement = mends.replaceNonFinite
        mending.clipsToFloat32 = mends.clipToFloat32
        mending.dropsEmptyDialogues = mends.dropEmptyDialogues
        return mending
    }

    /// Refuses what the types allow and the command does not.
    public func validate() throws {
        if store.keepNonFinite, mends.replaceNonFinite != nil {
            throw ValidationError("Give --keep-non-finite or --replace-non-finite, not both.")
        }
    }

    /// The splits that are to be made.
    public var splitChoice: SplitChoice {
        SplitChoice(validFraction: splits.validFraction, testFraction: splits.testFraction, seed: splits.splitSeed)
    }
}

/// The store that a conversion writes.
public struct NewStoreOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The store to write, an HDF5 file.", valueName: "store.h5"))
    public var output: String

    @Option(
        help: ArgumentHelp("The dataset's name in the store. (default: what the files are known by)", valueName: "name")
    )
    public var name: String?

    @Flag(help: "Replace a store that is there already, once the new one is complete.")
    public var force = false

    @Flag(help: "Keep NaN and infinity in the features. Without it the first one is named and nothing is written.")
    public var keepNonFinite = false

    @OptionGroup public var compression: CompressionOption

    /// Filled in by the parser of the command line.
    public init() {}
}

/// What is changed in the data because the user says so.
struct MendingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Put this number in the place of NaN and infinity in the features.", valueName: "number"))
    var replaceNonFinite: Float?

    @Flag(help: "Make numbers beyond float32's range, which ends at 3.4e38, its largest or smallest.")
    var clipToFloat32 = false

    @Flag(help: "Leave dialogues without utterances out.")
    var dropEmptyDialogues = false

    func validate() throws {
        if let replaceNonFinite, !replaceNonFinite.isFinite {
            throw ValidationError("--replace-non-finite takes a finite number, such as 0.")
        }
    }
}

/// Which dialogues make the splits that the files do not name.
struct SplitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the files name no validation dialogues: the share of the train dialogues, above 0 and below 1, that becomes the split valid.",
            valueName: "share"))
    var validFraction: Double?

    @Option(help: ArgumentHelp("The same for test dialogues and the split test.", valueName: "share"))
    var testFraction: Double?

    @Option(help: ArgumentHelp("Chooses the dialogues: the same seed takes the same ones.", valueName: "n"))
    var splitSeed: UInt64 = 0

    func validate() throws {
        for (option, fraction) in [("--valid-fraction", validFraction), ("--test-fraction", testFraction)] {
            if let fraction, !(fraction > 0 && fraction < 1) {
                throw ValidationError("\(option) takes a share above 0 and below 1, such as 0.1.")
            }
        }
    }
}
