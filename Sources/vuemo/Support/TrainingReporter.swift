import Foundation
import Training

/// Shows a run's progress on standard error: a bar on a terminal, a line per epoch otherwise, nothing when quiet.
final class TrainingReporter {
    private let quiet: Bool
    private let redraws: Bool
    private let clock = ContinuousClock()
    private var epochStart: ContinuousClock.Instant?
    private var stepsSeen = 0
    private var lastDrawn: ContinuousClock.Instant?
    private var width = 0

    init(quiet: Bool) {
        self.quiet = quiet
        redraws = StandardError.isTerminal
    }

    /// Shows an event.
    func observe(_ event: TrainingEvent) {
        guard !quiet else { return }
        switch event {
        case .preparing(let what): line("\(what) …")
        case .step(let epoch, let epochs, let step, let steps, let loss):
            guard redraws else { return }
            bar(epoch: epoch, epochs: epochs, step: step, steps: steps, loss: loss)
        case .evaluating(let split):
            if redraws { draw("evaluating \(split) …") }
        case .epoch(let metrics, let epochs, let isBest):
            epochStart = nil
            line(summary(metrics, epochs: epochs, isBest: isBest))
        }
    }

    /// Ends what is drawn, so that other output starts on a line of its own.
    func finish() {
        if redraws, width > 0 { draw("") }
    }

    private func bar(epoch: Int, epochs: Int, step: Int, steps: Int, loss: Float) {
        let now = clock.now
        guard let start = epochStart else {
            // The first step of an epoch here (or of a continued one) starts the measurement of the rate.
            epochStart = now
            stepsSeen = step
            return
        }
        if step < steps, let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
        lastDrawn = now
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let rate = Double(step - stepsSeen) / max(seconds, 1e-9)
        let left = Double((epochs - epoch) * steps + steps - step) / max(rate, 1e-9)
        let filled = 20 * step / max(1, steps)
        let picture = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        draw(
            String(
                format: "epoch %d/%d %@ %d/%d  loss %.4f  %.1f steps/s  %@ left", epoch, epochs, picture, step, steps,
                loss, rate,
                duration(left)))
    }

    private func summary(_ metrics: EpochMetrics, epochs: Int, isBest: Bool) -> String {
        let split = metrics.validWeightedF1 == nil ? "test" : "valid"
        return String(
            format: "epoch %d/%d  loss %.4f  %@ W-F1 %.2f  accuracy %.2f  %.1f s training, %.1f s evaluation%@",
            metrics.epoch, epochs,
            metrics.trainLoss, split, metrics.selectionScore, metrics.validAccuracy ?? metrics.testAccuracy ?? 0,
            metrics.trainSeconds, metrics.evaluationSeconds, isBest ? "  *" : "")
    }

    private func line(_ text: String) {
        if redraws, width > 0 { draw("") }
        StandardError.write(text + "\n")
    }

    private func draw(_ text: String) {
        StandardError.write(
            "\r" + text + String(repeating: " ", count: max(0, width - text.count)) + (text.isEmpty ? "\r" : ""))
        width = text.count
    }

    private func duration(_ seconds: Double) -> String {
        let total = Int(min(seconds, 1e8).rounded())
        if total < 60 { return "\(total) s" }
        if total < 3600 { return "\(total / 60) min \(total % 60) s" }
        return "\(total / 3600) h \(total % 3600 / 60) min"
    }
}
