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
                print(format == .json ? try json(found) : text(found))
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

    private func text(_ found: PickleScan) -> String {
        var lines = ["\(found.file): \(found.status.rawValue)" + (found.reason.map { ". \($0)" } ?? "")]
        if let damage = found.damage, damage != found.reason { lines.append(damage) }
        guard let number = found.protocol, let writer = found.writer else { return lines.joined(separator: "\n") }
        lines.append("pickle of \(found.bytes) bytes, protocol \(number), probably written by \(writer)")
        let names = (found.globals ?? []).map { $0.allowed ? $0.name : "\($0.name) (UNSAFE)" }
        lines.append("names: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
        lines += (found.asks_for ?? []).map { "asks for \($0.what)" + ($0.times > 1 ? ", \($0.times) times" : "") }
        if let layouts = found.layouts {
            lines.append("layout: \(layouts.isEmpty ? "none that is known; write one of your own for 'vuemo convert --layout'" : layouts.joined(separator: " or "))")
        }
        return (lines + (found.tree_text ?? [])).joined(separator: "\n")
    }
}
