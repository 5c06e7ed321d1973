import ArgumentParser
import Foundation
import PickleConversion

/// `vuemo-convert scan FILE…`, which `vuemo scan` hands over to.
struct Scan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Tell what is in a pickle and whether it is safe, without constructing anything that it names.",
        discussion: "Exit status: 0 safe, 1 unsafe, 2 unreadable; of several files the worst.")

    @Argument(help: ArgumentHelp("The pickles.", valueName: "file"))
    var inputs: [String]

    @Option(help: "How the findings are written; json is one object per line and file.")
    var format: SummaryFormat = .text

    @OptionGroup var bounds: Bounds

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    func run() throws {
        Interruption.install()
        try bounds.apply()
        var worst: Int32 = 0
        for (index, input) in inputs.enumerated() {
            let line = ProgressLine(quiet: quiet)
            do {
                let found = try PickleScanner.scan(input) { progress in
                    try Interruption.check()
                    line.show(progress)
                }
                line.clear()
                if index > 0, format == .text { print() }
                print(format == .json ? try json(found) : ScanText(found: found).text)
                worst = max(worst, found.status == .safe ? 0 : found.status == .unsafe ? 1 : 2)
            } catch let error as ConversionError {
                line.clear()
                FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
                worst = 2
            } catch is Interruption.Interrupted {
                line.clear()
                throw ExitCode(130)
            }
        }
        if worst != 0 { throw ExitCode(worst) }
    }

    private func json(_ found: PickleScan) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(found), as: UTF8.self)
    }
}
