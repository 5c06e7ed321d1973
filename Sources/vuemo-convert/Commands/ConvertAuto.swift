import ArgumentParser
import PickleConversion

/// `vuemo-convert auto FILE…`.
struct ConvertAuto: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auto",
        abstract: "Convert the files of one dataset, recognising what each of them is by its content.",
        discussion: "Example: vuemo convert auto MELD_features_raw1.pkl meld_features_roberta.pkl -o meld.h5")

    @Argument(help: ArgumentHelp("The pickles of one dataset, in any order.", valueName: "file"))
    var inputs: [String]

    @OptionGroup var options: ConvertOptions

    func run() throws { try ConversionRun(inputs: inputs, dataset: nil, options: options).run() }
}
