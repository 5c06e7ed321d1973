import ArgumentParser
import CommandSupport
import Conversion

/// What all conversions share.
public struct ConvertOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The store to write, an HDF5 file.", valueName: "store.h5"))
    public var output: String

    @Option(
        help: ArgumentHelp("The dataset's name in the store. (default: what the files are known by)", valueName: "name")
    )
    public var name: String?

    @Option(
        help: ArgumentHelp(
            "Where the files name no validation dialogues: this share of the train dialogues, above 0 and below 1, becomes the split valid.",
            valueName: "share"))
    var validFraction: Double?

    @Option(help: ArgumentHelp("The same for the split test.", valueName: "share"))
    var testFraction: Double?

    @Option(help: ArgumentHelp("Chooses the dialogues of both: the same seed, the same dialogues.", valueName: "n"))
    var splitSeed: UInt64 = 0

    @Flag(help: "Replace a store that is there already, once the new one is complete.")
    public var force = false

    @Flag(help: "Keep NaN and infinity in the features. Without it the first one is named and nothing is written.")
    public var keepNonFinite = false

    @OptionGroup public var compression: CompressionOption
    @OptionGroup public var memory: MemoryOption
    @OptionGroup public var quietness: QuietFlag
    @OptionGroup public var report: FormatOption

    public init() {}

    /// The splits that are to be made.
    public var splitChoice: SplitChoice {
        SplitChoice(validFraction: validFraction, testFraction: testFraction, seed: splitSeed)
    }

    public func validate() throws {
        for (option, fraction) in [("--valid-fraction", validFraction), ("--test-fraction", testFraction)] {
            if let fraction, !(fraction > 0 && fraction < 1) {
                throw ValidationError("\(option) takes a share above 0 and below 1, such as 0.1.")
            }
        }
    }
}
