import Configuration
import Foundation

/// How the step size changes over a run. Each is a function of the position in the run alone, so a resumed run needs nothing more.
package enum LearningRateSchedule: String, ConfigurationChoice {
    /// Always the same.
    case constant
    /// Falls in a straight line, from the end of the warm-up to the end of the run.
    case linear
    /// Falls along half a cosine (Loshchilov and Hutter, 2017, without restarts).
    case cosine
    /// Is cut whenever the score has not risen for some epochs, as PyTorch's ReduceLROnPlateau (threshold 0).
    case plateau

    /// Whether a step size depends on the number of epochs, so that a run of more epochs is another run from its first step on.
    package var dependsOnEpochs: Bool {
        switch self {
        case .constant, .plateau: false
        case .linear, .cosine: true
        }
    }
}

/// A position in a run, in steps of the optimiser.
public struct SchedulePosition: Sendable {
    /// Steps done.
    public var step: Int
    /// Steps of an epoch.
    public var stepsPerEpoch: Int
    /// Epochs of the run.
    public var epochs: Int

    /// A position; see the properties.
    public init(step: Int, stepsPerEpoch: Int, epochs: Int) {
        self.step = step
        self.stepsPerEpoch = stepsPerEpoch
        self.epochs = epochs
    }
}

extension Settings where Keys == AdamWKeys {
    /// The step size of the step at a position, which is the first that is not done.
    /// - Parameter scores: The finished epochs' scores, larger is better.
    public func rate(at position: SchedulePosition, scores: [Double]) -> Double {
        let steps = Double(position.stepsPerEpoch)
        let warmup = self.warmupEpochs * steps
        // The first step of a warm-up moves, and the first behind it has the full size.
        let rise = warmup > 0 ? min(1, (Double(position.step) + 1) / (warmup + 1)) : 1
        let length = Double(position.epochs) * steps - warmup
        let passed = length > 0 ? min(1, max(0, Double(position.step) - warmup) / length) : 1
        let share: Double =
            switch self.schedule {
            case .constant: 1
            case .linear: self.finalRate + (1 - self.finalRate) * (1 - passed)
            case .cosine: self.finalRate + (1 - self.finalRate) * (1 + cos(.pi * passed)) / 2
            case .plateau: pow(self.plateauFactor, Double(cuts(scores)))
            }
        return self.learningRate * rise * share
    }

    /// How often plateau has cut the step size.
    private func cuts(_ scores: [Double]) -> Int {
        var (best, waited, cuts) = (-Double.infinity, 0, 0)
        for score in scores {
            if score > best {
                (best, waited) = (score, 0)
            } else {
                waited += 1
            }
            if waited > self.plateauPatience { (waited, cuts) = (0, cuts + 1) }
        }
        return cuts
    }
}
