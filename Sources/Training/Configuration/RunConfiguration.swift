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
        [Double](), "The frequencies whose inverses weigh the classes in weighted-nll. Unless set, they are counted.",
        "a list of positive numbers, one per class, or [] to count them on the training dialogues"
    ) { $0.allSatisfy { $0 > 0 } }
    public let threads = Key(
        1, in: 1...1024,
        "Threads of the engine. Unless set, as many as there are processors. Without AVX-512, the last bits depend on it."
    )
    public let prefetch = Key(
        1, in: 1...1024, "Minibatches that the reader prepares ahead. Results do not depend on it.")

    public static let table = KeyTable(TrainingKeys())
}

/// Everything that decides the numbers of a run, except the store itself.
///
/// The key of a setting in files and after `--set` is its path here, for example `optimizer.learningRate`. The defaults are those of a
/// dataset without a preset; ``Preset`` says where the published runs differ.
public struct RunConfiguration: Equatable, Sendable {
    /// The kinds of models that can be named.
    public let models: ModelRegister
    /// The kind of model that is trained: `model.name`.
    package let definition: ModelDefinition
    /// The settings of the model: what is computed.
    public var model: AnySettings
    /// How long, on what and with which loss it is trained.
    public var training = Settings<TrainingKeys>()
    /// How parameters are changed.
    public var optimizer = Settings<AdamWKeys>()

    /// The key that names the kind of model.
    package static let modelName = "model.name"
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

    /// The modalities in use.
    public var modalities: Modalities { definition.modalities(model) }
    /// What distinguishes the model among those of its kind, for example "released".
    public var label: String { definition.label(model) }

    /// All keys under their sections.
    public var sections: Sections {
        get {
            Sections([
                .init("model", model), .init("training", training.erased), .init("optimizer", optimizer.erased),
            ])
        }
        set {
            model = newValue[section: "model"]
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
    func differences(from other: RunConfiguration) -> [String] {
        guard definition.name == other.definition.name else { return [Self.modelName] }
        return sections.differences(from: other.sections).filter { $0 != "training.prefetch" }
    }

    /// The value of a key as `config.yaml` writes it.
    func text(of key: String) -> String { key == Self.modelName ? definition.name : sections[key]?.text ?? "" }

    /// Whether both say the same of every key.
    public static func == (a: RunConfiguration, b: RunConfiguration) -> Bool {
        a.definition.name == b.definition.name && a.sections == b.sections
    }
}
