import ArgumentParser
import CommandSupport
import FeatureStore
import Foundation
import TerminalText
import Training

/// `vuemo import-checkpoint`: parameters of the published code as a run.
struct ImportCheckpoint: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        commandName: "import-checkpoint",
        abstract: "Make a run of a checkpoint of the published code.",
        usage: "vuemo import-checkpoint [<options>] <file> <store.h5> --output <run>",
        discussion: """
            Reads a state dict that torch.save wrote, without PyTorch and without running anything that the file names, and tells of every \
            tensor what became of it. Sizes and layers follow from its shapes; what no shape tells, such as the norm of the text, is set \
            by --preset and --set. The store, of the dataset that the model was trained on, gives classes, speakers and widths. The run \
            can be evaluated, applied, exported and trained on.

            Example:
              vuemo import-checkpoint best_model.pth iemocap.h5 --output runs/published
            """)

    @Argument(
        help: ArgumentHelp("The file of torch.save: a state dict, or a checkpoint that holds one.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("A store of the dataset that the model was trained on.", valueName: "store.h5"))
    var store: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The run's folder, which must not exist.", valueName: "run"))
    var output: String

    @OptionGroup(title: "Configuration") var options: ConfigurationOptions
    @OptionGroup(title: "Output") var report: FormatOption

    func run() throws {
        let store = try Store(opening: store)
        let scratch = FileManager.default.temporaryDirectory.appending(path: "vuemo-import-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        CommandProcess.removeLeftovers(of: [output], calling: output)
        // Where it fails it says why itself, to people and to programs.
        let format = report.format == .json ? ["--format", "json"] : []
        try HandOver.run(["parameters", file, "--output", scratch] + format, orSay: "\(file) cannot be read")
        let checkpoint = try CheckpointImport(arraysIn: scratch, from: file)
        let first = try options.resolution(DatasetFacts(store)).configuration
        let told = checkpoint.settings(of: first.definition, for: store)
        let result = try checkpoint.write(
            options.resolved(store, adding: told), store: store, to: output, toolVersion: CommandProcess.version)
        try report.print(text: text(result, told), json: JSONText.of(result))
    }

    private func text(_ result: CheckpointImport.Report, _ told: [String]) -> String {
        var table = TextTable([.left("in the file", atMost: 50), .left("shape"), .left("in the model")])
        for entry in result.used + result.unused {
            table.add([
                entry.name, entry.shape.isEmpty ? "number" : entry.shape.map(String.init).joined(separator: "×"),
                entry.parameter ?? "not used",
            ])
        }
        let settings =
            told.isEmpty ? [] : TextWrap.lines("told by the shapes: \(told.joined(separator: ", "))", hanging: "  ")
        return
            (table.lines + [""] + settings + [
                "\(result.used.count) tensors used, \(result.unused.count) not used", "run: \(result.run)",
            ])
            .joined(separator: "\n")
    }
}
