import CommandSupport
import Foundation
import TerminalText
import Training

/// Shows a run's progress on standard error: a bar on a terminal, a line per epoch otherwise, nothing when quiet.
final class TrainingReporter {
    private let display: ProgressDisplay
    private let clock = ContinuousClock()
    private var epochStart: ContinuousClock.Instant?
    private var stepsSeen = 0

    init(quiet: Bool) { display = ProgressDisplay(quiet: quiet) }

    /// Shows an event.
    func observe(_ event: TrainingEvent) {
        switch event {
        case .preparing(let what): display.line("\(what) …")
        case .notice(let sentence): warn(sentence)
        case .step(let epoch, let epochs, let step, let steps, let loss):
            guard display.showsBar else { return }
            guard let start = epochStart else {
                // The first step of an epoch here (or of a continued one) starts the measurement of the rate.
                (epochStart, stepsSeen) = (clock.now, step)
                return
            }
            guard display.isDue || step == steps else { return }
            let rate = Double(step - stepsSeen) / max((clock.now - start) / .seconds(1), 1e-9)
            let left = Double((epochs - epoch) * steps + steps - step) / max(rate, 1e-9)
            display.show(
                ProgressBar(
                    "epoch \(epoch)/\(epochs)", fraction: Double(step) / Double(max(1, steps)),
                    notes: [
                        String(format: "loss %.4f", loss), "\(ProgressBar.duration(left)) left",
                        String(format: "%.1f steps/s", rate),
                    ]))
        case .stoppedEarly(let epoch, let epochs):
            display.line(Self.stoppedEarly(epoch, epochs))
        case .evaluating(let split): display.show(ProgressBar("evaluating \(split) …"))
        case .epoch(let metrics, let epochs, let isBest):
            epochStart = nil
            display.line(Self.summary(metrics, epochs: epochs, isBest: isBest))
        case .histograms: break
        case .checkpoint(let path): display.line("wrote \(path.escapedForTerminal)")
        }
    }

    /// Shows how much of some work on dialogues is done.
    func progress(_ what: String, _ done: Int, of all: Int) {
        guard display.isDue || (display.showsBar && done == all) else { return }
        display.show(
            ProgressBar(what, fraction: Double(done) / Double(max(1, all)), notes: ["\(done) of \(all) dialogues"]))
    }

    /// Writes a line that stays.
    func line(_ text: String) { display.line(text) }

    /// Shows a warning, whether quiet or not.
    func warn(_ sentence: String) { display.warn(sentence) }

    /// Ends what is drawn, so that other output starts on a line of its own.
    func finish() { display.clear() }

    /// A run that ended before its last epoch, in one line.
    static func stoppedEarly(_ epoch: Int, _ epochs: Int) -> String {
        "stopped after epoch \(epoch) of \(epochs): no better score for as long as training.patience allows"
    }

    /// An epoch in one line.
    static func summary(_ metrics: EpochMetrics, epochs: Int, isBest: Bool) -> String {
        let split = metrics.validWeightedF1 == nil ? "test" : "valid"
        return String(
            format: "epoch %d/%d  loss %.4f  %@ W-F1 %.2f  accuracy %.2f  %.1f s training, %.1f s evaluation%@",
            metrics.epoch, epochs,
            metrics.trainLoss, split, metrics.weightedF1, metrics.validAccuracy ?? metrics.testAccuracy ?? 0,
            metrics.trainSeconds, metrics.evaluationSeconds, isBest ? "  *" : "")
    }
}
