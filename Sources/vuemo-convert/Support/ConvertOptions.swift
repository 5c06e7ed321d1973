import ArgumentParser
import CommandSupport
import PickleConversion

/// The pickles of a dataset that is named.
struct NamedFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The base features: ids, speakers, labels, text, audio, visual, sentences, splits.", valueName: "file"))
    var features: String?

    @Option(
        help: ArgumentHelp("The RoBERTa features. They also say which dialogues are for validation.", valueName: "file")
    )
    var roberta: String?

    var paths: [String] { [features, roberta].compactMap { $0 } }

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("Give the pickles with --features FILE and --roberta FILE.") }
    }
}

/// What all conversions share.
struct ConvertOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The store to write, an HDF5 file.", valueName: "store.h5"))
    var output: String

    @Option(
        help: ArgumentHelp("The dataset's name in the store. Default: what the files are known by.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Where the files name no validation dialogues: this share of the train dialogues, above 0 and below 1, becomes the valid split.",
            valueName: "share"))
    var validFraction: Double?

    @Option(help: ArgumentHelp("The same for the test split.", valueName: "share"))
    var testFraction: Double?

    @Option(help: ArgumentHelp("Which dialogues they take: the same seed chooses the same.", valueName: "n"))
    var splitSeed: UInt64 = 0

    @Flag(help: "Replace a store that is there already, once the new one is complete.")
    var force = false

    @Flag(help: "Keep NaN and infinity in the features; without it, the first one is named and nothing is written.")
    var keepNonFinite = false

    @OptionGroup var compression: CompressionOption
    @OptionGroup var memory: MemoryOption
    @OptionGroup var quietness: QuietFlag
    @OptionGroup var report: FormatOption

    var splitChoice: SplitChoice {
        SplitChoice(validFraction: validFraction, testFraction: testFraction, seed: splitSeed)
    }

    func validate() throws {
        for (option, fraction) in [("--valid-fraction", validFraction), ("--test-fraction", testFraction)] {
            if let fraction, !(fraction > 0 && fraction < 1) {
                throw ValidationError("\(option) takes a share above 0 and below 1, such as 0.1.")
            }
        }
    }
}
