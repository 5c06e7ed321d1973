import ArgumentParser
import CommandSupport
import TerminalText
import FeatureStore
import Files
import Foundation
import Models
import StoreTools
import Training

/// `vuemo export`: a store's content, or a run's model, for Python without this project.
struct Export: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Write a store or a run for Python or PyTorch.",
        usage: """
            vuemo export [<options>] <store.h5> --output <file>
            vuemo export <run> --to <form> --output <file or folder>
            """,
        discussion: """
            A .pkl file is one dictionary of strings, lists and NumPy arrays (pickle protocol 4); an .npz file holds the \
            same as arrays and opens without pickle. FORMAT.md lists the keys. With --layout, the file is what the loaders \
            of published projects read (docs/export.md), and what the layout has no place for is told.

            Of a run, the chosen epoch is written: --to safetensors gives its parameters, under PyTorch's names or, with \
            --public-names, those of the published code; --to pytorch a folder with the model as Python code, its parameters and an \
            example (docs/using-a-model.md).

            Examples:
              vuemo export iemocap.h5 -o iemocap.npz
              vuemo export iemocap.h5 --split test --modality text -o test.pkl
              vuemo export iemocap.h5 --layout iemocap-base -o IEMOCAP_features.pkl
              vuemo export meld.h5 --layout cosmic -o meld_features_roberta.pkl
              vuemo export runs/meld-1 --to pytorch -o meld-model
            """)

    @Argument(help: ArgumentHelp("The store to export, or the folder of a run.", valueName: "store.h5 or run"))
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

    @Option(help: "What becomes of a run: safetensors, a file; or pytorch, a folder.")
    var to: RunForm?

    @Flag(help: "Give a run's parameters the names of the published code. Needs --to safetensors.")
    var publicNames = false

    /// What a run is exported as.
    enum RunForm: String, ExpressibleByArgument, CaseIterable {
        case safetensors, pytorch
    }

    func validate() throws {
        guard !publicNames || to == .safetensors else {
            throw ValidationError("--public-names names the parameters in a file; say --to safetensors.")
        }
        if let to {
            guard layout == nil, form == nil, !selection.isGiven else {
                throw ValidationError(
                    "--to \(to.rawValue) exports a run, whole; the options that choose parts of a store are none of it."
                )
            }
            guard to == .safetensors || !output.force else {
                throw ValidationError("--to pytorch makes a folder, and none is ever replaced; leave --force out.")
            }
            return
        }
        if PathParts.isFolder(store) {
            throw ValidationError(
                "'\(store)' is a folder; say --to safetensors or --to pytorch where it is a run, or give a store.")
        }
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
        if let to { return try export(to: to) }
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

    private func export(to form: RunForm) throws {
        let target = output.cleared()
        let run = try TrainedRun(RunFolder(store), models: .all)
        switch form {
        case .safetensors:
            try target.check(inputs: run.folder.paths, beingCalled: "a file of the run")
            if publicNames {
                try RunExport.writePublishedNames(run, to: target)
            } else {
                try RunExport.writeSafetensors(run, to: target)
            }
        case .pytorch: try RunExport.writePyTorch(run, to: output.output)
        }
        try StandardOutput.print("export: \(output.output), epoch \(run.epoch) of \(run.folder.path)")
    }

    private static func form(of path: String) -> StoreExport.Form? {
        if path.hasSuffix(".npz") { return .npz }
        return path.hasSuffix(".pkl") || path.hasSuffix(".pickle") ? .pickle : nil
    }
}

extension StoreExport.Form: ExpressibleByArgument {}
extension PublishedLayout: ExpressibleByArgument {}
