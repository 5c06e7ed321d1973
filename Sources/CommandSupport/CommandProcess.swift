import ArgumentParser
import CMemory
import CProcesses
import Files
import Foundation
import TerminalText

/// What a command's process does before and after its work.
public enum CommandProcess {
    /// The version of both commands: what `--version` prints, and run folders and stores state.
    public static let version = "0.1.0"

    /// The path of the running program, without links; nil where the system does not say.
    public static var program: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// The time that a store states for its making: that of `SOURCE_DATE_EPOCH`, which reproducible builds set. The time of day
    /// is never written, so that the same input gives the same bytes.
    public static var sourceDate: String? {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], let seconds = Double(text) else {
            return nil
        }
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    /// Parses the command line, runs what it asks for and exits.
    /// - Parameter explainFaults: Prepares for faults of libraries, which end the process: with this status and a sentence, and where the
    ///   second value says so with an object for programs.
    /// - Parameter checkEnvironment: Looks at what the environment asks for, before anything runs.
    public static func run(
        _ command: any ParsableCommand.Type, explainFaults: (_ status: Int32, _ asJSON: Bool) -> Void,
        checkEnvironment: () throws -> Void = {}
    ) -> Never {
        StandardStream.holdClosedPlaces()
        // A reader that goes away and a limit on file sizes (ulimit -f) shall be errors with a sentence, not kills.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        StopSignals.endAtOnce()
        explainFaults(ExitStatus.failure, Arguments(CommandLine.arguments.dropFirst()).asksForJSON)
        explainRefusedMemory("close other programs, or give a smaller file or model")
        do {
            try Arguments.requireUTF8()
            try checkEnvironment()
            let given = Arguments(CommandLine.arguments.dropFirst())
            try given.requireKnownCommand(of: command)
            var command = try command.parseAsRoot(given.joiningNegativeNumbers)
            try command.run()
            exit(ExitStatus.success)
        } catch {
            exit(status(of: error, from: command))
        }
    }

    /// Ends the process with a sentence, and not with an abort, where there is no memory.
    static func explainRefusedMemory(_ advice: String) {
        memory_end_in_a_sentence(
            advice, ExitStatus.failure, Arguments(CommandLine.arguments.dropFirst()).asksForJSON)
    }

    /// Says what went wrong, or shows the help that was asked for.
    private static func status(of error: any Error, from command: any ParsableCommand.Type) -> Int32 {
        var failure = error
        let status = ExitStatus.of(failure, from: command)
        if status == ExitStatus.success {
            let message = command.fullMessage(for: failure)
            guard !message.isEmpty else { return status }
            do {
                try StandardOutput.printRaw(message)
                return status
            } catch {
                failure = error
            }
        }
        // Who reads no further, as `head` does, need not be told.
        if let lost = failure as? StandardOutputError, lost.code == EPIPE { return ExitStatus.signal(SIGPIPE).rawValue }
        report(failure, from: command)
        return ExitStatus.of(failure, from: command)
    }

    /// Writes an error's sentence to standard error, and where `--format json` is given also an object for programs to standard output.
    public static func report(_ error: any Error, from command: any ParsableCommand.Type) {
        let message = command.fullMessage(for: error)
        guard !message.isEmpty else { return }
        // Wrong usage is told in several lines; all other errors are one sentence.
        let isUsage = command.exitCode(for: error) == .validationFailure
        let shown = isUsage ? message.linesEscapedForTerminal : message.escapedForTerminal
        let label = "Error:"
        if shown.hasPrefix(label) {
            StandardError.draw(Paint.red.on(label) + shown.dropFirst(label.count) + "\n")
        } else {
            StandardError.draw(shown + "\n")
        }
        if !(error is StandardOutputError) { write { FailureReport(error, from: command, words: $0) } }
    }

    /// Says that a signal or the limit of time ended the work, to people and, where `--format json` is given, to programs.
    /// - Returns: the exit status, to be thrown.
    public static func stopped(_ sentence: String) -> ExitCode {
        StandardError.write(sentence + "\n")
        write { FailureReport(sentence, words: $0) }
        return StopSignals.exitCode
    }

    /// Writes a report for programs, where one is asked for. Standard output may be closed: then there is nobody to tell.
    private static func write(_ report: (_ words: [String]) -> FailureReport) {
        let words = Array(CommandLine.arguments.dropFirst())
        guard Arguments(words).asksForJSON, let text = try? JSONText.of(report(words), compact: true) else { return }
        try? StandardOutput.printRaw(text)
    }

    /// From now on this process is killed when the one that started it is: for a process that trains one of several runs.
    /// - Throws: where that one has ended.
    public static func end(with parent: Int32) throws {
        guard process_end_with(parent) != 0 else { return }
        throw ParentError(
            description: "the command that started this one (process \(parent)) has ended; start it again.")
    }

    private struct ParentError: Error, CustomStringConvertible {
        let description: String
    }

    /// Removes what commands left of these targets when they were killed, and says so in one line. What a living process writes stays.
    /// - Parameter name: what the user calls the targets.
    public static func removeLeftovers(of targets: [String], calling name: String) {
        let removed = targets.reduce(into: PartialFolder.Leftovers()) { $0 += PartialFolder.removeAbandoned(of: $1) }
        guard removed.folders > 0 else { return }
        let size = String(format: "%.1f MB", Double(removed.bytes) / 1e6)
        StandardError.write(
            "removed what a command that was killed had left of \(name.escapedForTerminal): \(size)\n")
    }

    /// Says what a user should know, though the work is done.
    public static func warn(_ sentence: String) {
        StandardError.draw(Paint.yellow.on("warning:") + " \(sentence.escapedForTerminal)\n")
    }
}
