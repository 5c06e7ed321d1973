import ArgumentParser
import CommandSupport
import Conversion
import TerminalText

/// One conversion from the command line: progress, warnings, summary, signals.
public enum ConversionRun {
    /// Runs a conversion with progress, and prints its warnings and its summary.
    /// - Throws: The converter's errors, each one sentence; the signal's exit code after an interruption.
    public static func run(
        _ options: ConvertOptions, _ convert: (@escaping ConversionProgressHandler) throws -> ConversionSummary
    ) throws {
        StopSignals.install()
        try options.memory.apply()
        CommandProcess.removeLeftovers(of: [options.store.output], calling: options.store.output)
        let display = ConversionProgressDisplay(quiet: options.quietness.quiet)
        defer { display.clear() }
        let began = ContinuousClock.now
        do {
            let summary = try convert { progress in
                try StopSignals.check()
                display.show(progress)
            }
            display.clear()
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            for warning in summary.warnings { CommandProcess.warn(warning) }
            try options.report.print(text: summary.text(seconds: seconds), json: summary.json(seconds: seconds))
        } catch is StopSignals.Stopped {
            display.clear()
            throw CommandProcess.stopped(
                "Interrupted: what was written so far is removed, and \(options.store.output.escapedForTerminal) is as it was before."
            )
        }
    }
}

/// The progress of a conversion: a bar with rate and time left on a terminal, a line per stage elsewhere.
public final class ConversionProgressDisplay {
    private let display: ProgressDisplay
    private var stage = ""
    private var began = ContinuousClock.now

    /// Nothing is shown yet.
    public init(quiet: Bool) { display = ProgressDisplay(quiet: quiet) }

    /// Shows how far the work has come.
    public func show(_ progress: ConversionProgress) {
        let isNew = progress.stage != stage
        if isNew {
            (stage, began) = (progress.stage, .now)
            if !display.showsBar { display.line(stage.escapedForTerminal) }
        }
        guard isNew ? display.showsBar : display.isDue else { return }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        var notes: [String] = []
        if seconds > 0.5, progress.completed > 0 {
            let rate = Double(progress.completed) / seconds
            notes = [
                "\(ProgressBar.duration(Double(progress.total - progress.completed) / rate)) left",
                "\(Int((rate / 1e6).rounded())) MB/s",
            ]
        }
        display.show(
            ProgressBar(
                stage, fraction: Double(progress.completed) / Double(max(1, progress.total)), notes: notes))
    }

    /// Removes the bar.
    public func clear() { display.clear() }
}
