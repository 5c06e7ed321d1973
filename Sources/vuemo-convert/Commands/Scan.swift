import ArgumentParser
import CommandSupport
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
    var format = OutputFormat.text

    @OptionGroup var memory: MemoryOption
    @OptionGroup var quietness: QuietFlag

    func run() throws {
        StopSignals.install()
        try memory.apply()
        var worst: Int32 = 0
        for (index, input) in inputs.enumerated() {
            let display = ConversionProgressDisplay(quiet: quietness.quiet)
            defer { display.clear() }
            do {
                let found = try PickleScanner.scan(input) { progress in
                    try StopSignals.check()
                    display.show(progress)
                }
                display.clear()
                switch format {
                case .text: try StandardOutput.print((index > 0 ? "\n" : "") + ScanText(found: found).text)
                case .json: try StandardOutput.printRaw(JSONText.of(found, compact: true))
                }
                worst = max(worst, Self.exitStatus(found.status))
            } catch let error as ConversionError {
                display.clear()
                CommandProcess.report(error, from: Self.self)
                worst = ExitStatus.notChecked
            } catch is StopSignals.Stopped {
                throw StopSignals.exitCode
            }
        }
        if worst != 0 { throw ExitCode(worst) }
    }

    private static func exitStatus(_ status: PickleScan.Status) -> Int32 {
        switch status {
        case .safe: ExitStatus.success
        case .unsafe: ExitStatus.failure
        case .unreadable: ExitStatus.notChecked
        }
    }
}
