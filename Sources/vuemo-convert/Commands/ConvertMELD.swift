import ArgumentParser
import PickleConversion

/// `vuemo-convert meld`.
struct ConvertMELD: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meld",
        abstract: "Convert MELD: the base features (10 fields) and the RoBERTa features (list of 11).",
        discussion:
            "Example: vuemo convert meld --features MELD_features_raw1.pkl --roberta meld_features_roberta.pkl -o meld.h5"
    )

    @OptionGroup var files: NamedFiles
    @OptionGroup var options: ConvertOptions

    func validate() throws { try files.validate() }
    func run() throws { try ConversionRun(inputs: files.paths, dataset: .meld, options: options).run() }
}
