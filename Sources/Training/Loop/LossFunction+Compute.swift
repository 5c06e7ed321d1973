import Autodiff
import Configuration

extension LossFunction {
    /// The loss of log-probabilities [N, C] against labels [N] as a scalar on the tape; rows with negative labels do not count.
    func callAsFunction(
        _ logProbabilities: Variable, labels: [Int32], settings: Settings<TrainingKeys>, on tape: Tape
    ) -> Variable {
        switch self {
        case .weightedNLL:
            tape.negativeLogLikelihood(
                logProbabilities, labels: labels, classWeights: settings.classFrequencies.map { Float(1 / $0) })
        case .focalReleased: tape.releasedFocalLoss(logProbabilities, labels: labels, gamma: settings.focalGamma)
        case .focal: tape.focalLoss(logProbabilities, labels: labels, gamma: settings.focalGamma)
        case .crossEntropy: tape.negativeLogLikelihood(logProbabilities, labels: labels)
        }
    }
}
