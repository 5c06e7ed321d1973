import Configuration
import ConversationModels
import Conversations
import FeatureStore

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

    /// Makes a configuration that of the published run.
    func apply(to configuration: inout RunConfiguration) {
        switch self {
        case .iemocap:
            configuration.training.classFrequencies = Preset.iemocapFrequencies
        case .meld:
            configuration.training.loss = .focalReleased
            configuration.optimizer.learningRate = 2e-5
        }
        for (key, value) in configuration.definition.presets[rawValue] ?? [:] {
            let refused = configuration.model.assign(.scalar(value), to: key)
            precondition(refused == nil && configuration.model[key] != nil, "a model's preset sets keys of its own")
        }
    }

    /// The seed that the public code has for this dataset.
    var publicSeed: UInt64 {
        switch self {
        case .iemocap: 1475
        case .meld: 67_137
        }
    }

    /// Whether the public code shuffles this dataset; it never does for IEMOCAP.
    var shufflesUnderPaperProtocol: Bool { self != .iemocap }
}

/// What a configuration needs to know about the data before it is complete.
public struct DatasetFacts: Sendable {
    /// The store's dataset name, which picks the preset.
    public var name: String
    /// The modalities that it has features of; empty where it has none.
    public var modalities: [Modality]
    /// The number of classes that a run tells apart.
    let classes: @Sendable (Settings<DataKeys>) throws(TrainingError) -> Int
    /// Utterances of each of them among the dialogues that a protocol trains on.
    let classCounts: @Sendable (Settings<DataKeys>, TrainingProtocol) throws(TrainingError) -> [Int]

    /// Facts of a dataset whose classes are never chosen; see the properties.
    package init(
        name: String, classes: Int, modalities: [Modality] = Modality.allCases,
        classCounts: @escaping @Sendable (TrainingProtocol) -> [Int]
    ) {
        self.name = name
        self.modalities = modalities
        self.classes = { _ in classes }
        self.classCounts = { classCounts($1) }
    }

    /// The facts of an open store.
    public init(_ store: Store) {
        name = store.dataset
        modalities = Modality.allCases.filter { !store.features(of: $0).isEmpty }
        classes = { data throws(TrainingError) in try RunLabels(store: store, data: data).names.count }
        classCounts = { data, trainingProtocol throws(TrainingError) in
            let labels = try RunLabels(store: store, data: data)
            let division = try DialogueDivision(store, labels: labels, data: data, protocol: trainingProtocol)
            return labels.counts(
                of: trainingProtocol == .paper ? division.train + division.valid : division.train, in: store)
        }
    }
}

extension RunConfiguration {
    /// The complete configuration of a run: defaults, then the preset, then `assignments` in their order.
    ///
    /// What nobody set follows from the rest: `training.shuffle` from protocol and preset, `training.classFrequencies` from the
    /// dialogues trained on, `model.modalities` from the features that there are, `data.validFrom` from the division of dialogues.
    /// - Parameters:
    ///   - dataset: nil where there is no store yet; then what depends on the data keeps its default.
    ///   - preset: the one asked for; without it the dataset's name decides, and an unknown dataset has none.
    ///   - threads: the default of `training.threads`.
    /// - Throws: `ConfigurationError` for unknown keys, refused values and combinations that cannot run.
    public static func resolve(
        dataset: DatasetFacts?, preset: Preset?, assignments: [ConfigurationAssignment], threads: Int,
        models: ModelRegister
    ) throws(ConfigurationError) -> RunConfiguration {
        var configuration = try RunConfiguration(models: models, naming: assignments)
        let preset = preset ?? dataset.flatMap { Preset(dataset: $0.name) }
        preset?.apply(to: &configuration)
        configuration.training.threads = threads
        try configuration.apply(assignments)
        if !assignments.contains(where: { $0.key == "training.shuffle" }) {
            configuration.training.shuffle =
                configuration.training.protocol == .sound || preset?.shufflesUnderPaperProtocol ?? true
        }
        let setKeys = Set(assignments.map(\.key))
        if configuration.training.protocol == .paper {
            if !setKeys.contains("training.reseedEachEpoch") { configuration.training.reseedEachEpoch = true }
            if !setKeys.contains("training.seed"), let seed = preset?.publicSeed { configuration.training.seed = seed }
        }
        // A run's config.yaml, given as a file, names every key.
        configuration.data.complete(under: configuration.training.protocol) { key in
            assignments.contains { $0.key == key && $0.isOfOption }
        }
        if let fault = configuration.data.fault(under: configuration.training.protocol) {
            throw ConfigurationError(fault + ".")
        }
        if configuration.data.changesClasses, !setKeys.contains("training.classFrequencies") {
            // Those of a preset are of its dataset's own classes.
            configuration.training.classFrequencies = []
        }
        if configuration.training.classWeighting == .effective {
            guard
                configuration.training.classFrequencies.isEmpty
                    || assignments.last(where: { $0.key == "training.classFrequencies" })?.isOfOption != true
            else {
                throw ConfigurationError(
                    "training.classWeighting=effective counts the classes itself, so training.classFrequencies cannot be set "
                        + "with it; leave one of them out.")
            }
            // Those of a preset are no effective numbers, and those of a run's config.yaml are counted again.
            configuration.training.classFrequencies = []
        }
        if let dataset {
            if !setKeys.contains("model.modalities"),
                let present = Modalities(dataset.modalities)
            {
                _ = configuration.model.assign(present.node, to: "modalities")
            }
            try configuration.completeClassFrequencies(dataset)
        }
        if let fault = configuration.definition.fault(configuration.model) { throw ConfigurationError(fault + ".") }
        return configuration
    }

    /// A sentence for every key that somebody set, or the preset, and that changes nothing in this configuration. A file that repeats a
    /// default sets nothing: a run's `config.yaml` names every key.
    public func withoutEffect(_ assignments: [ConfigurationAssignment], preset: Preset?) -> [String] {
        var reasons = definition.withoutEffect(model).reduce(into: [String: String]()) {
            $0["model.\($1.key)"] = $1.value
        }
        if training.loss != .focal, training.loss != .focalReleased {
            reasons["training.focalGamma"] = "training.loss is \(training.loss.rawValue)"
        }
        if training.loss != .weightedNLL {
            reasons["training.classFrequencies"] = "training.loss is \(training.loss.rawValue)"
        }
        if training.loss == .weightedNLL, training.classWeighting == .effective,
            let given = assignments.last(where: { $0.key == "training.classFrequencies" }),
            [Double](given.value) != training.classFrequencies
        {
            reasons["training.classFrequencies"] = "training.classWeighting=effective counts the classes itself"
        }
        reasons.merge(data.withoutEffect) { first, _ in first }
        return sections.keys.compactMap { key in
            guard let reason = reasons[key], let value = sections[key] else { return nil }
            let isDefault = value == sections.key(key)?.defaultNode
            let assignment = assignments.last { $0.key == key && (!isDefault || $0.isOfOption) }
            guard let origin = assignment?.origin ?? (isDefault ? nil : preset.map { "the preset \($0.rawValue)" })
            else { return nil }
            return "\(key), set by \(origin), has no effect, because \(reason)."
        }
    }

    private mutating func completeClassFrequencies(_ dataset: DatasetFacts) throws(ConfigurationError) {
        let classes: Int
        let counts: [Int]
        do {
            classes = try dataset.classes(data)
            guard training.loss == .weightedNLL else { return }
            counts = training.classFrequencies.isEmpty ? try dataset.classCounts(data, training.protocol) : []
        } catch {
            throw ConfigurationError(error.description)
        }
        if training.classFrequencies.isEmpty {
            // A class that never occurs in training has no say in the loss; one utterance keeps its weight finite.
            training.classFrequencies = training.classWeighting.frequencies(
                ofCounts: counts, beta: training.effectiveNumberBeta)
        }
        if training.classFrequencies.count != classes {
            throw ConfigurationError(
                "training.classFrequencies lists \(training.classFrequencies.count) numbers but \(dataset.name) has "
                    + "\(classes) classes\(data.changesClasses ? " in this run" : ""); set it to [] to count them on the training dialogues."
            )
        }
    }
}

extension RunConfiguration {
    /// docs/configuration.md: every key of every kind of model, and what the presets set.
    public static func document(models: ModelRegister) -> String {
        func configuration(_ model: ModelDefinition) -> RunConfiguration {
            RunConfiguration(models: models, definition: model)
        }
        var text = """
            # Configuration

            Everything that decides the numbers of a run is a key with a dotted name. A key is set, weakest first, by a preset, by a YAML
            file (`--config FILE`), by `--set key=value`, and by an option of its own such as `--epochs` (see `vuemo train --help`).
            `vuemo train --print-config` prints the configuration that a run would have, with a comment on every key; the run folder's
            `config.yaml` keeps it and can be given to `--config` again. This page is made from the keys themselves: a test compares it.

            ## model

            `model.name` (`--model`) is the kind of model: \(models.names(in: "`")). The other keys under `model` belong to it.

            """
        for model in models.models {
            text += "\n### \(model.name)\n\n\(model.summary)\n\n\(configuration(model).sections.markdown(of: "model"))"
        }
        let first = configuration(models.first)
        for section in ["data", "training", "optimizer"] {
            text += "\n## \(section)\n\n\(first.sections.markdown(of: section))"
        }
        text += """

            ## Presets

            `--preset`, or the dataset's name in the store, sets what the published runs use where it differs from the defaults above.

            | preset | key | value |
            |---|---|---|

            """
        for preset in Preset.allCases {
            for model in models.models {
                let before = configuration(model)
                var after = before
                preset.apply(to: &after)
                for key in after.differences(from: before)
                where model.name == models.first.name || key.hasPrefix("model.") {
                    text += "| \(preset.rawValue) | `\(key)` | `\(after.text(of: key))` |\n"
                }
            }
        }
        return text
    }
}
