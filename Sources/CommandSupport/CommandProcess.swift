import ArgumentParser
import Foundation
import TerminalText

/// What a command's process does before and after its work.
public enum CommandProcess {
    /// The version of both commands: what `--version` prints, and run folders and stores state.
    public static let version = "0.1.0"

    /// The time that a store states for its making: that of `SOURCE_DATE_EPOCH`, which reproducible builds set. The time of day
    /// is never written, so that the same input gives the same bytes.
    public static var sourceDate: String? {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], let seconds = Double(text) else {
            return nil
        }
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    /// Parses the command line, runs what it asks for and exits.
    public static func run(_ command: any ParsableCommand.Type) -> Never {
        StandardStream.holdClosedPlaces()
        // A reader that goes away and a limit on file sizes (ulimit -f) shall be errors with a sentence, not kills.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            try Arguments.requireUTF8()
            let given = Arguments(CommandLine.arguments.dropFirst())
            try given.requireKnownCommand(of: command)
            var command = try command.parseAsRoot(given.joiningNegativeNumbers)
            try command.run()
            exit(ExitStatus.success)
        } catch {
            exit(status(of: error, from: command))
        }
    }

    /// Says what went wrong, or shows the help that was asked for.
    private static func status(of error: any Error, from command: any ParsableCommand.Type) -> Int32 {
        var failure = error
        var status = command.exitCode(for: failure).rawValue
        let message = command.fullMessage(for: failure)
        if status == ExitStatus.success {
            guard !message.isEmpty else { return status }
            do {
                try StandardOutput.printRaw(message)
                return status
            } catch {
                failure = error
            }
        }
        if let lost = failure as? StandardOutputError {
            // Who reads no further, as `head` does, need not be told.
            if lost.code == EPIPE { return ExitStatus.signal(SIGPIPE).rawValue }
            status = ExitStatus.output
        }
        report(failure, from: command)
        return status
    }

    /// Writes an error's sentence to standard error.
    public static func report(_ error: any Error, from command: any ParsableCommand.Type) {
        let message = command.fullMessage(for: error)
        guard !message.isEmpty else { return }
        // Wrong usage is told in several lines; all other errors are one sentence.
        let isUsage = command.exitCode(for: error) == .validationFailure
        let shown = isUsage ? message.linesEscapedForTerminal : message.escapedForTerminal
        let label = "Error:"
        guard shown.hasPrefix(label) else { return StandardError.draw(shown + "\n") }
        StandardError.draw(Paint.red.on(label) + shown.dropFirst(label.count) + "\n")
    }

    /// Runs what validate, diff or scan look into, and ends with ``ExitStatus/notChecked`` where that cannot be read.
    public static func checking<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            report(error, from: NoCommand.self)
            throw ExitCode(ExitStatus.notChecked)
        }
    }

    private struct NoCommand: ParsableCommand {}

    /// Says what a user should know, though the work is done.
    public static func warn(_ sentence: String) {
        StandardError.draw(Paint.yellow.on("warning:") + " \(sentence.escapedForTerminal)\n")
    }
}
