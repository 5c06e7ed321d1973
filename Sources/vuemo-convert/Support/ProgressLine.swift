import Foundation
import PickleConversion

/// Shows progress on standard error: a bar with rate and time left on a terminal, a line per stage elsewhere.
final class ProgressLine {
    enum Style { case bar, lines, none }

    private let style: Style
    private var stage = ""
    private var began = Date.distantPast
    private var drawn = Date.distantPast
    private var isDrawn = false

    init(quiet: Bool) {
        style = quiet ? .none : isatty(STDERR_FILENO) == 1 ? .bar : .lines
    }

    /// Shows how far the work has come.
    func show(_ progress: ConversionProgress) {
        guard style != .none else { return }
        let now = Date()
        if progress.stage != stage {
            (stage, began, drawn) = (progress.stage, now, .distantPast)
            if style == .lines { write("\(stage)\n") }
        }
        guard style == .bar, now.timeIntervalSince(drawn) > 0.1 else { return }
        drawn = now
        isDrawn = true
        write("\r\u{1B}[K" + line(progress, seconds: now.timeIntervalSince(began)))
    }

    /// Removes the bar.
    func clear() {
        if isDrawn { write("\r\u{1B}[K") }
        isDrawn = false
    }

    private func line(_ progress: ConversionProgress, seconds: Double) -> String {
        let fraction = progress.total > 0 ? min(1, Double(progress.completed) / Double(progress.total)) : 0
        let width = 24
        let full = Int(fraction * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        var line = "\(bar) \(String(format: "%3.0f", fraction * 100))% \(progress.stage)"
        if seconds > 0.5, progress.completed > 0 {
            let rate = Double(progress.completed) / seconds
            let left = Double(progress.total - progress.completed) / rate
            line += String(format: "  %.0f MB/s, %.0f s left", rate / 1e6, left.rounded(.up))
        }
        return line
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
