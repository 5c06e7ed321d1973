import Foundation
import TerminalText

/// Shows progress on standard error: a bar that is redrawn on a terminal, whole lines elsewhere, nothing when quiet.
public final class ProgressDisplay {
    private enum Style { case bar, lines, none }

    private let style: Style
    private let clock = ContinuousClock()
    private var drawn: ContinuousClock.Instant?

    /// Nothing is drawn yet.
    public init(quiet: Bool) { style = quiet ? .none : StandardError.isTerminal ? .bar : .lines }

    /// Whether a bar can be seen, so that it is worth making one.
    public var showsBar: Bool { style == .bar }

    /// Whether the next bar would be drawn: ten times a second at most.
    public var isDue: Bool { style == .bar && drawn.map { clock.now - $0 >= .milliseconds(100) } ?? true }

    /// Draws a bar over the one before.
    public func show(_ bar: ProgressBar) {
        guard style == .bar else { return }
        drawn = clock.now
        // The last column stays free: some terminals begin a new line behind it.
        StandardError.draw("\r\u{1B}[K" + bar.text(columns: StandardError.columns - 1))
    }

    /// Writes a line that stays, above the bar.
    public func line(_ text: String) {
        guard style != .none else { return }
        clear()
        StandardError.write(text + "\n")
    }

    /// Writes a warning that stays, above the bar, whether quiet or not.
    public func warn(_ sentence: String) {
        clear()
        CommandProcess.warn(sentence)
    }

    /// Removes the bar, so that other output starts on a line of its own.
    public func clear() {
        if drawn != nil { StandardError.draw("\r\u{1B}[K") }
        drawn = nil
    }
}

/// One state of a bar.
public struct ProgressBar: Sendable {
    /// What is being done.
    public var label: String
    /// The share that is done, from 0 to 1; nil where nobody knows.
    public var fraction: Double?
    /// What else there is to know, the most important first: where the terminal is narrow, the last ones are left out.
    public var notes: [String]

    /// A state.
    public init(_ label: String, fraction: Double? = nil, notes: [String] = []) {
        (self.label, self.fraction, self.notes) = (label, fraction, notes)
    }

    /// The bar in at most so many columns: it never breaks into a second line.
    public func text(columns: Int) -> String {
        let label = label.escapedForTerminal
        let notes = notes.map(\.escapedForTerminal)
        guard let fraction else { return ([label] + notes).joined(separator: "  ").fitted(to: columns) }
        let share = max(0, min(1, fraction))
        for (cells, count) in [(24, notes.count)] + (0...notes.count).reversed().map({ (12, $0) }) {
            let full = Int(share * Double(cells))
            let picture = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
            let percent = String(repeating: " ", count: share < 0.1 ? 2 : share < 1 ? 1 : 0) + "\(Int(share * 100))%"
            let line = (["\(picture) \(percent) \(label)"] + notes.prefix(count)).joined(separator: "  ")
            if line.terminalColumns <= columns { return line }
        }
        return "\(Int(share * 100))% \(label)".fitted(to: columns)
    }

    /// A time for people: "12 s", "3 min 5 s", "2 h 10 min".
    public static func duration(_ seconds: Double) -> String {
        let total = Int(min(max(seconds, 0), 1e8).rounded(.up))
        if total < 60 { return "\(total) s" }
        if total < 3600 { return "\(total / 60) min \(total % 60) s" }
        return "\(total / 3600) h \(total % 3600 / 60) min"
    }
}
