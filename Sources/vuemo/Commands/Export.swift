import ArgumentParser
import CommandSupport
import TerminalText
import FeatureStore
import StoreTools

/// `vuemo export`: a store's content for Python without this project.
struct Export: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Write a store as a pickle or a NumPy archive.",
        usage: "vuemo export [<options>] <store.h5> --output <file>",
        discussion: """
            A .pkl file is one dictionary of strings, lists and NumPy arrays (pickle protocol 4); an .npz file holds the \
            same as arrays and opens without pickle. FORMAT.md lists the keys.

            Examples:
              vuemo export iemocap.h5 -o iemocap.npz
              vuemo export iemocap.h5 --split test --modality text -o test.pkl
            """)

    @Argument(help: ArgumentHelp("The store to export.", valueName: "store.h5"))
    var store: String

    @OptionGroup(title: "What is taken") var selection: SelectionOptions
    @OptionGroup(title: "File") var output: TargetOptions

    @Option(help: "The form: pickle or npz. (default: by the output's name)")
    var form: StoreExport.Form?

    func validate() throws {
        guard form != nil || Self.form(of: output.output) != nil else {
            throw ValidationError(
                "'\(output.output)' ends neither in .pkl nor in .npz; say --form pickle or --form npz.")
        }
    }

    func run() throws {
        guard let form = form ?? Self.form(of: output.output) else { return }
        let target = output.cleared()
        try StoreExport.write(selection.selection, of: Store(opening: store), to: target, as: form)
        try StandardOutput.print("export: \(output.output.escapedForTerminal)")
    }

    private static func form(of path: String) -> StoreExport.Form? {
        if path.hasSuffix(".npz") { return .npz }
        return path.hasSuffix(".pkl") || path.hasSuffix(".pickle") ? .pickle : nil
    }
}

extension StoreExport.Form: ExpressibleByArgument {}
