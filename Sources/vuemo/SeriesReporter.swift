import CommandSupport
import Experiments
import Files
import Foundation
import TerminalText
import Training

/// Shows the progress of several runs in one display: a bar over all of them on a terminal, lines elsewhere, nothing when quiet.
final class SeriesReporter {
    private let display: ProgressDisplay
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    /// Of all rounds.
    private let count: Int
    /// Finished, now or before, or failed.
    private var done = 0
    private var before = 0
    /// "run 3 of 12".
    private var run = ""
    /// Of several runs at once: what share of each is done.
    private var shares: [String: Double] = [:]
    private var begun = 0
    /// Runs of a series mostly have the same to say of the data.
    private let notices = Notices()
    /// Of several runs at once: the last epoch of each, and how many there would be.
    private var reached: [String: (epoch: Int, epochs: Int)] = [:]

    /// - Parameter count: The runs that there will be.
    init(count: Int, quiet: Bool) {
        self.count = count
        display = ProgressDisplay(quiet: quiet)
        start = clock.now
    }

    /// Shows what happens.
    func observe(_ event: RunSeries.Event) {
        switch event {
        case .run(_, _, let folder):
            begun += 1
            run = "run \(before + begun) of \(count)"
            display.line("\(run): \(folder.path.escapedForTerminal)")
        case .finishedBefore(let folder):
            (done, before) = (done + 1, before + 1)
            display.line("\(folder.path.escapedForTerminal) was finished before")
        case .training(let event): observe(event)
        case .epoch(let folder, let metrics, let epochs, let isBest):
            shares[folder.path] = Double(metrics.epoch) / Double(max(1, epochs))
            reached[folder.path] = (metrics.epoch, epochs)
            let name = PathParts.name(of: folder.path).escapedForTerminal
            if display.showsBar {
                show(
                    shares.values.reduce(0, +), "\(done) of \(count) runs done",
                    "\(name): epoch \(metrics.epoch)/\(epochs)")
            } else {
                display.line("\(name): " + TrainingReporter.summary(metrics, epochs: epochs, isBest: isBest))
            }
        case .finished(let folder):
            shares[folder.path] = nil
            done += 1
            // What the process of a run tells of its end is not heard, but a run is finished early for one reason only.
            if let (epoch, epochs) = reached[folder.path], epoch < epochs {
                let name = PathParts.name(of: folder.path).escapedForTerminal
                display.line("\(name): " + TrainingReporter.stoppedEarly(epoch, epochs))
            }
        case .failed(let folder, let error):
            shares[folder.path] = nil
            done += 1
            warn("\(folder.path) failed: \(error)")
        }
    }

    private func observe(_ event: TrainingEvent) {
        switch event {
        case .step(let epoch, let epochs, let step, let steps, let loss):
            guard display.isDue, display.showsBar else { return }
            let share = (Double(epoch - 1) + Double(step) / Double(max(1, steps))) / Double(max(1, epochs))
            show(share, "\(run), epoch \(epoch)/\(epochs)", String(format: "loss %.4f", loss))
        case .epoch(let metrics, let epochs, let isBest):
            guard !display.showsBar else { return }
            display.line("\(run): " + TrainingReporter.summary(metrics, epochs: epochs, isBest: isBest))
        case .stoppedEarly(let epoch, let epochs):
            display.line("\(run): " + TrainingReporter.stoppedEarly(epoch, epochs))
        case .checkpoint(let path): display.line("wrote \(path.escapedForTerminal)")
        case .preparing(let what): if !display.showsBar { display.line("\(what) …") }
        case .notice(let sentence): notices.tell(sentence, warn)
        // The bar over all runs stays.
        case .evaluating, .histograms: break
        }
    }

    /// Draws the bar: the share of all runs, of which the one under way has done a part.
    private func show(_ share: Double, _ label: String, _ note: String) {
        let part = Double(done - before) + share
        let rate = part / max((clock.now - start) / .seconds(1), 1e-9)
        let left = Double(count - done) - share
        display.show(
            ProgressBar(
                label, fraction: (Double(done) + share) / Double(max(1, count)),
                notes: ["\(ProgressBar.duration(left / max(rate, 1e-9))) left", note]))
    }

    /// Writes a line that stays.
    func line(_ text: String) { display.line(text) }

    /// Shows a sentence, whether quiet or not.
    func warn(_ sentence: String) { display.warn(sentence) }

    /// Ends what is drawn, so that other output starts on a line of its own.
    func finish() { display.clear() }
}
