/// A published set of hyperparameters.
public enum Preset: String, Sendable, CaseIterable {
    case iemocap
    case meld

    /// The preset that belongs to a store's dataset name, if one does.
    public init?(dataset: String) {
        self.init(rawValue: dataset.lowercased())
    }

    /// The class frequencies behind IEMOCAP's published class weights: happy, sad, neutral, angry, excited, frustrated.
    static let iemocapFrequencies = [0.086747, 0.144406, 0.227883, 0.160585, 0.127711, 0.252668]

    /// The configuration of the published run.
    public var configuration: RunConfiguration {
        var configuration = RunConfiguration()
        switch self {
        case .iemocap:
            configuration.training.classFrequencies = Preset.iemocapFrequencies
        case .meld:
            configuration.model.projectText = false
            configuration.training.loss = .focalReleased
            configuration.optimizer.learningRate = 2e-5
        }
        return configuration
    }

    /// Whether the public code shuffles this dataset; it never does for IEMOCAP.
    var shufflesUnderPaperProtocol: Bool { self != .iemocap }
}
