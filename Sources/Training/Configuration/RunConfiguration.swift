import Configuration
import ConversationModels
import Conversations
import Optimizers
import Foundation
import Yams

/// Which splits a run trains on, chooses its epoch on, and tests on.
public enum TrainingProtocol: String, ConfigurationChoice {
    /// Train on train, choose the epoch on valid, touch test once.
    case sound
    /// The public code's: train on train and valid, report the epoch that is best on test. Only for comparison with published tables.
    case paper
}

/// The loss that training minimises.
public enum LossFunction: String, ConfigurationChoice {
    /// Negative log-likelihood weighted by inverse class frequency, divided by the batch's sum of weights.
    case weightedNLL = "weighted-nll"
    /// The public code's focal loss, with the log-probability in the place of the probability.
    case focalReleased = "focal-released"
    /// The focal loss of Lin et al. (2017).
    case focal
    case crossEntropy = "cross-entropy"
}

/// How the weight of a class follows from how often it occurs.
public enum ClassWeighting: String, ConfigurationChoice {
    /// 1 / frequency.
    case inverse
    /// 1 / effective number of its utterances (Cui et al., 2019).
    case effective
}

/// The score that chooses a run's epoch.
public enum SelectionMetric: String, ConfigurationChoice {
    /// W-F1.
    case weightedF1 = "weighted-f1"
    /// The plain mean of the classes' F1.
    case macroF1 = "macro-f1"
    /// F1 of the counts of all classes but those of `training.microF1Without`.
    case microF1 = "micro-f1"
    case accuracy
    /// The plain mean of the classes' recalls.
    case balancedAccuracy = "balanced-accuracy"
    /// The loss, the smaller the better.
    case loss
}

/// How long, on what and with which loss a model is trained: the keys under `training`.
public struct TrainingKeys: KeyGroup {
    public let epochs = Key(100, in: 1...100_000, "Passes over the training dialogues.")
    public let batchSize = Key(16, atLeast: 1, "Dialogues in a minibatch.")
    public let seed = Key(UInt64(1475), "The seed of initial parameters, order of dialogues and dropout.")
    public let `protocol` = Key(
        TrainingProtocol.sound,
        "Which splits are used: sound chooses the epoch on valid and tests once; paper trains on train and valid and chooses on test."
    )
    public let shuffle = Key(
        true,
        "Whether every epoch visits the dialogues in another order. Unless set, it follows from protocol and preset.")
    public let loss = Key(LossFunction.weightedNLL, "What training minimises.")
    public let focalGamma = Key(2.5, "The exponent of both focal losses.", "a number of at least 0") { $0 >= 0 }
    public let classFrequencies = Key(
        [Double](),
        "The frequencies whose inverses weigh the classes in weighted-nll. Unless set, they are counted, as classWeighting says.",
        "a list of positive numbers, one per class, or [] to count them on the training dialogues"
    ) { $0.allSatisfy { $0 > 0 } }
    public let classWeighting = Key(
        ClassWeighting.inverse,
        "How classes are counted for weighted-nll: inverse, by their utterances; effective, by the effective number of these."
    )
    public let effectiveNumberBeta = Key(
        0.999, "β of the effective number of n utterances, (1 - β^n) / (1 - β).", "a number from 0 to below 1"
    ) { (0..<1).contains($0) }
    public let classWeightPower = Key(
        1.0, "The exponent of the weights of classes; below 1 it brings them nearer to each other.",
        "a number of at least 0"
    ) { $0 >= 0 }
    public let classWeightCap = Key(
        0.0, "How many times the smallest weight of a class the largest may be. 0 for any.",
        "0, or a number of at least 1"
    ) { $0 == 0 || $0 >= 1 }
    public let labelSmoothing = Key(
        0.0, "The share of a label that is spread over all classes, in weighted-nll and cross-entropy.",
        "a number from 0 to below 1"
    ) { (0..<1).contains($0) }
    public let accumulation = Key(
        1, in: 1...65_536,
        "Minibatches whose gradients are added up for one step of the optimiser. A batch norm sees each of them alone.")
    public let microF1Without = Key(
        ClassNames(),
        "The classes that micro-F1 leaves out, as papers on DailyDialog do with that of no emotion. Unless set, it is not reported."
    )
    public let selection = Key(SelectionMetric.weightedF1, "The score that chooses the epoch.")
    public let patience = Key(
        0, atLeast: 0, "Epochs without a better score after which the run ends. 0 to train all epochs.")
    public let minimumImprovement = Key(
        0.0, "By how much a score must be better to count for patience: per cent, or the loss.",
        "a number of at least 0"
    ) { $0 >= 0 }
    public let averageLast = Key(
        1, in: 1...1000,
        "The parameters that are evaluated and kept as the best are the mean of those after the last so many epochs. 1 for no mean."
    )
    public let reseedEachEpoch = Key(
        false,
        "Whether every epoch draws the same order and the same dropout masks, as the public code does. Unless set, it follows from the protocol: true with paper."
    )
    public let keepEvery = Key(0, atLeast: 0, "Every so many epochs, the checkpoint is kept. 0 for none.")
    public let threads = Key(
        1, in: 1...1024,
        "Threads of the engine. Unless set, as many as the process may use processors. Without AVX2, the last bits depend on it."
    )
    public let prefetch = Key(
        1, in: 1...1024, "Minibatches that the reader prepares ahead. Results do not depend on it.")

    public static let table = KeyTable(TrainingKeys())
}

extension ClassWeighting {
    /// The frequencies of classes that occur so often; they add up to about 1.
    /// - Parameter beta: That of the effective number of n utterances, (1 − βⁿ) / (1 − β).
    func frequencies(ofCounts counts: [Int], beta: Double) -> [Double] {
        switch self {
        case .inverse:
            let total = Double(max(1, counts.reduce(0, +)))
            return counts.map { Double(max(1, $0)) / total }
        case .effective:
            let numbers = counts.map { (1 - pow(beta, Double(max(1, $0)))) / (1 - beta) }
            let total = numbers.reduce(0, +)
            return numbers.map { $0 / total }
        }
    }
}

extension Settings where Keys == TrainingKeys {
    /// What an utterance of each class weighs in weighted-nll.
    var classWeights: [Float] {
        let weights = self.classFrequencies.map {
            self.classWeightPower == 1 ? 1 / $0 : pow(1 / $0, self.classWeightPower)
        }
        guard self.classWeightCap > 0, let smallest = weights.min() else { return weights.map { Float($0) } }
        return weights.map { Float(min($0, self.classWeightCap * smallest)) }
    }
}

/// Everything that decides the numbers of a run, except the store itself.
///
/// The key of a setting in files and after `--set` is its path here, for example `optimizer.learningRate`. The defaults are those of a
/// dataset without a preset; ``Preset`` says where the published runs differ.
public struct RunConfiguration: Equatable, Sendable {
    /// The kinds of models that can be named.
    public let models: ModelRegister
    /// The kind of model that is trained: `model.name`.
    public let definition: ModelDefinition
    /// The settings of the model: what is computed.
    public var model: AnySettings
    /// What of the store is told apart, and how its dialogues are divided.
    public var data = Settings<DataKeys>()
    /// How long, on what and with which loss it is trained.
    public var training = Settings<TrainingKeys>()
    /// How parameters are changed.
    public var optimizer = Settings<AdamWKeys>()

    /// The key that names the kind of model.
    public static let modelName = "model.name"
    /// The sections in which a run's `config.yaml` records what it was made from; reading a configuration skips them.
    static let recordedSections: Set<String> = ["store", "start", "versions"]

    /// The defaults of a kind of model, the register's first unless another is given.
    public init(models: ModelRegister, definition: ModelDefinition? = nil) {
        self.models = models
        self.definition = definition ?? models.first
        model = self.definition.defaults
    }

    /// The defaults of the kind of model that assignments name, the register's first where they name none.
    /// - Throws: `ConfigurationError` where there is no such kind.
    init(models: ModelRegister, naming assignments: [ConfigurationAssignment]) throws(ConfigurationError) {
        guard let assignment = assignments.last(where: { $0.key == Self.modelName }) else {
            self.init(models: models)
            return
        }
        guard let definition = models[assignment.value.text] else {
            let names = models.models.map(\.name).joined(separator: ", ")
            throw ConfigurationError(
                "\(assignment.origin): \(Self.modelName) must be one of \(names), not \"\(assignment.value.text)\".")
        }
        self.init(models: models, definition: definition)
    }

    /// Reads what ``yaml`` wrote; keys that are absent keep their defaults.
    /// - Parameter name: the file's name, for messages.
    public init(yaml: String, name: String, models: ModelRegister) throws(ConfigurationError) {
        let assignments = try Self.assignments(yaml: yaml, name: name)
        try self.init(models: models, naming: assignments)
        try apply(assignments)
    }

    /// What a YAML text sets. A run folder's `config.yaml` can be given again: what it records of the run is left out.
    /// - Parameter name: the file's name, for messages.
    public static func assignments(
        yaml: String, name: String
    ) throws(ConfigurationError) -> [ConfigurationAssignment] {
        try ConfigurationAssignment.parse(yaml: yaml, name: name, skipping: recordedSections)
    }

    /// Which parameters the run began with whose `config.yaml` a text is: a path; nil where it says nothing of it. They are no setting, and
    /// ``assignments(yaml:name:)`` leaves them out.
    /// - Parameter name: the file's name, for messages.
    public static func initialParameters(yaml: String, name: String) throws(ConfigurationError) -> String? {
        try ConfigurationAssignment.parse(yaml: yaml, name: name).last { $0.key == "start.initialParameters" }?.value
            .text
    }

    /// The modalities in use.
    public var modalities: Modalities { definition.modalities(model) }
    /// What distinguishes the model among those of its kind, for example "released".
    public var label: String { definition.label(model) }

    /// All keys under their sections.
    public var sections: Sections {
        get {
            Sections([
                .init("model", model), .init("data", data.erased), .init("training", training.erased),
                .init("optimizer", optimizer.erased),
            ])
        }
        set {
            model = newValue[section: "model"]
            data = Settings(newValue[section: "data"])
            training = Settings(newValue[section: "training"])
            optimizer = Settings(newValue[section: "optimizer"])
        }
    }

    /// Applies assignments in their order.
    /// - Throws: `ConfigurationError` for an unknown key, naming one that is much alike, or a refused value.
    mutating func apply(_ assignments: [ConfigurationAssignment]) throws(ConfigurationError) {
        for assignment in assignments where assignment.key != Self.modelName { try sections.apply(assignment) }
    }

    /// Every key and value as nested YAML, one section after the other; the model's begins with its name.
    var yamlSections: [(name: String, content: Node)] {
        sections.yaml.map { section in
            guard section.name == "model", let pairs = section.content.mapping else { return section }
            return (section.name, Node([(Node("name"), Node(definition.name))] + pairs.map { ($0.key, $0.value) }))
        }
    }

    /// The configuration as YAML text. `init(yaml:name:models:)` reads it back to an equal value.
    public var yaml: String { RunRecord.serialize(yamlSections) }

    /// The same with a comment on every key: its sentence, what it must be and its default.
    public var commentedYAML: String {
        let kinds = models.models.map { "  #   \($0.name): \($0.summary)\n" }.joined()
        return sections.commentedYAML.replacingOccurrences(
            of: "model:\n", with: "model:\n  # The kind of model.\n\(kinds)  name: \(definition.name)\n")
    }

    /// The names of the keys in which two configurations differ, leaving out those that do not change a run's numbers.
    public func differences(from other: RunConfiguration) -> [String] {
        guard definition.name == other.definition.name else { return [Self.modelName] }
        return sections.differences(from: other.sections).filter { $0 != "training.prefetch" }
    }

    /// The names of the keys that a run cannot change any more: those that differ, but for the number of epochs where no step depends on
    /// it.
    func changes(from run: RunConfiguration) -> [String] {
        let isFree = !optimizer.schedule.dependsOnEpochs && optimizer.schedule == run.optimizer.schedule
        return differences(from: run).filter { !(isFree && $0 == "training.epochs") }
    }

    /// The value of a key as `config.yaml` writes it.
    public func text(of key: String) -> String { key == Self.modelName ? definition.name : sections[key]?.text ?? "" }

    /// Whether both say the same of every key.
    public static func == (a: RunConfiguration, b: RunConfiguration) -> Bool {
        a.definition.name == b.definition.name && a.sections == b.sections
    }
}
