import ArgumentParser
import PickleConversion

/// `vuemo-convert iemocap`.
struct ConvertIEMOCAP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iemocap",
        abstract: "Convert IEMOCAP: the base features (9 fields) and the RoBERTa features (list of 10).",
        discussion:
            "Example: vuemo convert iemocap --features IEMOCAP_features.pkl --roberta iemocap_features_roberta.pkl -o iemocap.h5"
    )

    @OptionGroup var files: NamedFiles
    @OptionGroup var options: ConvertOptions

    func validate() throws { try files.validate() }
    func run() throws { try ConversionRun(inputs: files.paths, dataset: .iemocap, options: options).run() }
}
