import ArgumentParser
import PickleConversion

/// `vuemo-convert auto FILE…`, also without the word `auto`.
struct ConvertAuto: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auto",
        abstract: "Convert the files of one dataset, recognising what each of them is by its content.",
        discussion: """
            Examples:
              vuemo convert auto MELD_features_raw1.pkl meld_features_roberta.pkl -o meld.h5
              vuemo convert auto data_iemocap.pkl --valid-fraction 0.1 --split-seed 3 -o iemocap.h5
              vuemo convert --layout my_layout.py my_features.pkl -o mine.h5
            """)

    @Argument(help: ArgumentHelp("The pickles of one dataset, in any order.", valueName: "file"))
    var inputs: [String]

    @Option(
        help: ArgumentHelp(
            "A Python module of your own that says what is where in your files (docs/custom-layouts.md). It runs as your code.",
            valueName: "my_layout.py"))
    var layout: String?

    @OptionGroup var options: ConvertOptions

    func run() throws { try ConversionRun(inputs: inputs, layout: layout, options: options).run() }
}
