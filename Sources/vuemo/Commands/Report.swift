import ArgumentParser
import CommandSupport
import Experiments
import FeatureStore
import Files
import Foundation
import Models
import Reports
import TerminalText
import Training

/// `vuemo report`: runs, or a store, as a page to look at.
struct MakeReport: ListedCommand {
    static let section = CommandSection.inspection
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about runs, or about a store.",
        usage:
            "vuemo report [<options>] <run> ... --output <file>\n       vuemo report [<options>] <store.h5> --output <file>",
        discussion: """
            One HTML file that needs no other file and no network. Of runs: learning curves, scores with tests, confusion, \
            calibration, where the models are right and wrong, maps of their embeddings (PCA and t-SNE), and their most \
            confident mistakes with the sentences. Of a \
            store: classes, lengths, transitions between emotions, features and what validation finds.

            Examples:
              vuemo report runs/iemocap-released-1 -o report.html
              vuemo report runs/released-* runs/corrected-* -o both.html --figures figures
              vuemo report iemocap.h5 -o iemocap.html
            """)

    @Argument(help: ArgumentHelp("The folders of finished runs on one store, or a store.", valueName: "run or store"))
    var subjects: [String]

    @OptionGroup(title: "Output") var output: TargetOptions

    @Option(
        help: ArgumentHelp(
            "Write each figure as an SVG file into this folder too, which is made where there is none.",
            valueName: "folder"))
    var figures: String?

    @OptionGroup var groups: GroupOptions

    @Option(
        help: ArgumentHelp(
            "The store that the runs were trained on, for sentences and embeddings, where it is no longer at the path that they remember.",
            valueName: "store.h5"))
    var store: String?

    func run() throws {
        let folders = subjects.filter(PathParts.isFolder)
        guard folders.isEmpty || folders.count == subjects.count else {
            throw ValidationError("Give run folders or a store, not both.")
        }
        let target = output.cleared()
        let report = try folders.isEmpty ? ofStore(target) : ofRuns(target)
        try report.write(to: target)
        var lines = ["report: \(output.output.escapedForTerminal)"]
        if let figures {
            let count = try report.writeFigures(to: figures, overwrites: output.force)
            lines.append("figures: \(count) in \(figures.escapedForTerminal)")
        }
        try StandardOutput.print(lines.joined(separator: "\n"))
    }

    private func ofRuns(_ target: OutputPath) throws -> Report {
        let folders = subjects.flatMap(RunFolder.runs)
        try target.check(inputs: folders.flatMap(\.paths))
        let runs = try folders.map { try FinishedRun($0, models: .all) }
        let sentences = try sentences(for: runs[0])
        if case .missing(let reason) = sentences { CommandProcess.warn(reason) }
        return try Report(
            of: runs, by: groups.by, against: groups.against, sentences: sentences, toolVersion: CommandProcess.version)
    }

    /// The store that was named, or the one that the runs remember where it is still there.
    private func sentences(for run: FinishedRun) throws -> Sentences {
        let path = store ?? run.record.storePath
        func refused(_ reason: String) -> String { "the sentences and the map of embeddings are missing: \(reason)" }
        do {
            let found = try Store(opening: path)
            if try found.hasContent(run.record.contentID) { return .inStore(found) }
            if store != nil { try run.record.requireContent(of: found) }
            return .missing(
                refused("\(path) has another content than when the runs were trained; give their store with --store."))
        } catch let error as StoreError where store == nil {
            // What to do stands behind the semicolon, and is another thing here.
            let reason = error.message.split(separator: ";").first ?? ""
            return .missing(refused("\(path): \(reason); give the store of the runs with --store."))
        }
    }

    private func ofStore(_ target: OutputPath) throws -> Report {
        guard subjects.count == 1, store == nil, groups.by.isEmpty, groups.against == nil else {
            throw ValidationError("A report of a store takes one store, and no --store, --by or --against.")
        }
        try target.check(inputs: subjects)
        return try Report(of: Store(opening: subjects[0]), toolVersion: CommandProcess.version)
    }
}
