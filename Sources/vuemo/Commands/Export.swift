import ArgumentParser
import CommandSupport
import TerminalText
import FeatureStore
import StoreTools

/// `vuemo export`: a store's content for Python without this project.
struct Export: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Write a store for Python, or for published projects.",
        usage: "vuemo export [<options>] <store.h5> --output <file>",
        discussion: """
            A .pkl file is one dictionary of strings, lists and NumPy arrays (pickle protocol 4); an .npz file holds the \
            same as arrays and opens without pickle. FORMAT.md lists the keys. With --layout, the file is what the loaders \
            of published projects read (docs/export.md), and what the layout has no place for is told.

            Examples:
              vuemo export iemocap.h5 -o iemocap.npz
              vuemo export iemocap.h5 --split test --modality text -o test.pkl
              vuemo export iemocap.h5 --layout iemocap-base -o IEMOCAP_features.pkl
              vuemo export meld.h5 --layout cosmic -o meld_features_roberta.pkl
            """)

    @Argument(help: ArgumentHelp("The store to export.", valueName: "store.h5"))
    var store: String

    @OptionGroup(title: "What is taken") var selection: SelectionOptions
    @OptionGroup(title: "File") var output: TargetOptions

    @Option(help: "The form: pickle or npz. (default: by the output's name)")
    var form: StoreExport.Form?

    @Option(
        help: ArgumentHelp(
            "The layout of a published project's files, instead of our own.", valueName: "layout")
    )
    var layout: PublishedLayout?

    func validate() throws {
        if layout != nil {
            guard form != .npz else { throw ValidationError("Published layouts are pickles; leave --form npz out.") }
            return
        }
        guard form != nil || Self.form(of: output.output) != nil else {
            throw ValidationError(
                "'\(output.output)' ends neither in .pkl nor in .npz; say --form pickle or --form npz.")
        }
    }

    func run() throws {
        if let layout { return try export(as: layout) }
        guard let form = form ?? Self.form(of: output.output) else { return }
        let target = output.cleared()
        try StoreExport.write(selection.selection(), of: Store(opening: store), to: target, as: form)
        try StandardOutput.print("export: \(output.output.escapedForTerminal)")
    }

    private func export(as layout: PublishedLayout) throws {
        let written = try LayoutExport.write(
            selection.selection(), of: Store(opening: store), to: output.cleared(), as: layout)
        var lines = TextWrap.lines(
            "export: \(output.output), \(written.layout), \(written.dialogues) dialogues, \(written.utterances) utterances",
            indent: "", hanging: "  ")
        lines += TextWrap.lines("features: \(written.features.joined(separator: ", "))", indent: "", hanging: "  ")
        for note in written.notes { lines += TextWrap.lines("note: \(note)", indent: "", hanging: "  ") }
        try StandardOutput.print(lines.joined(separator: "\n"))
    }

    private static func form(of path: String) -> StoreExport.Form? {
        if path.hasSuffix(".npz") { return .npz }
        return path.hasSuffix(".pkl") || path.hasSuffix(".pickle") ? .pickle : nil
    }
}

extension StoreExport.Form: ExpressibleByArgument {}
extension PublishedLayout: ExpressibleByArgument {}
