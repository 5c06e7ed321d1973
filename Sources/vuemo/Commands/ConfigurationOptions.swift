import Models
import ArgumentParser
import CommandSupport
import Concurrency
import Configuration
import ConversationModels
import FeatureStore
import Files
import Training

extension Preset: ExpressibleByArgument {}

/// The options of `vuemo train` that set keys of the configuration. What each says of itself, and its default, come from its key.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "Published hyperparameters: iemocap or meld. (default: by the store's dataset name)")
    var preset: Preset?

    @Option(help: "A YAML file of configuration keys, for example another run's config.yaml.")
    var config: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a configuration key, for example optimizer.learningRate=1e-4; may be repeated. It outranks --config.",
            valueName: "key=value"))
    var settings: [String] = []

    @Option(help: Key.model.help) var model: String?
    @Option(help: Key.variant.help) var variant: String?
    @Option(name: .customLong("protocol"), help: Key.trainingProtocol.help) var trainingProtocol: String?
    @Option(help: Key.modalities.help) var modalities: String?
    @Option(help: Key.seed.help) var seed: String?
    @Option(help: Key.threads.help) var threads: String?
    @Option(help: Key.epochs.help) var epochs: String?
    @Option(help: Key.batchSize.help) var batchSize: String?
    @Option(help: Key.learningRate.help) var learningRate: String?
    @Option(help: Key.prefetch.help) var prefetch: String?
    @OptionGroup(title: "Data") var data: DataOptions

    /// The keys that have an option of their own.
    private enum Key: String {
        case model = "model.name"
        case variant = "model.variant"
        case trainingProtocol = "training.protocol"
        case modalities = "model.modalities"
        case seed = "training.seed"
        case threads = "training.threads"
        case epochs = "training.epochs"
        case batchSize = "training.batchSize"
        case learningRate = "optimizer.learningRate"
        case prefetch = "training.prefetch"

        private static let defaults = RunConfiguration(models: .all).sections
        private static let presets = Preset.allCases.compactMap { preset in
            let configuration = try? RunConfiguration.resolve(
                dataset: nil, preset: preset, assignments: [], threads: 1, models: .all)
            return configuration.map { (preset.rawValue, $0.sections) }
        }

        /// The key's sentence and default.
        var help: ArgumentHelp {
            if self == .model {
                return "The kind of model: \(ModelRegister.all.names()). (default: \(ModelRegister.all.first.name))"
            }
            guard let key = Self.defaults.key(rawValue) else { preconditionFailure("there is no key \(rawValue)") }
            // What depends on the machine says so in its sentence.
            if self == .threads { return "\(key.help)" }
            let values =
                [key.defaultNode.text]
                + Self.presets.compactMap { preset, sections in
                    guard let value = sections[rawValue], value != key.defaultNode else { return nil }
                    return "\(value.text) with the preset \(preset)"
                }
            return "\(key.help) (default: \(values.joined(separator: "; ")))"
        }
    }

    /// The configuration of a new run; without a store, what depends on the data keeps its default. What a user should know is told.
    /// - Parameters:
    ///   - settings: `key=value` that outrank all others.
    ///   - part: What makes it the run of one part of the dialogues.
    func resolved(
        _ store: Store?, adding settings: [String] = [], assigning part: [ConfigurationAssignment] = []
    ) throws -> RunConfiguration {
        let (configuration, warnings) = try resolution(
            store.map(DatasetFacts.init), adding: settings, assigning: part)
        for sentence in warnings { CommandProcess.warn(sentence) }
        return configuration
    }

    /// The same, and what a user should know of it.
    /// - Parameter threads: The default of `training.threads`.
    func resolution(
        _ dataset: DatasetFacts?, adding settings: [String] = [], assigning part: [ConfigurationAssignment] = [],
        threads: Int = Compute.processors
    ) throws -> (configuration: RunConfiguration, warnings: [String]) {
        guard !data.asksForEveryPart || !part.isEmpty else {
            throw ValidationError(
                "\(data.folds == nil ? "--leave-group-out" : "--folds") asks for a run for each part, which vuemo train and ablate do; name one part "
                    + "here: --folds with --fold, or --set data.groupBy=… --set data.leaveOut=….")
        }
        let assignments = try assignments() + settings.map { try ConfigurationAssignment(setting: $0) } + part
        let configuration = try RunConfiguration.resolve(
            dataset: dataset, preset: preset, assignments: assignments, threads: threads, models: .all)
        let preset = preset ?? dataset.flatMap { Preset(dataset: $0.name) }
        return (configuration, configuration.withoutEffect(assignments, preset: preset))
    }

    /// The file of `--config`.
    private func file() throws -> (text: String, name: String)? {
        guard let config else { return nil }
        do {
            return (try TextFile.read(config), config)
        } catch {
            throw ConfigurationError(
                "\(config) cannot be read (\(error.reason)); give a YAML file of configuration keys with --config.")
        }
    }

    /// Says where the file is that of a run which began with parameters of another: a new run does so only where it is told to.
    func tellOfInitialParameters(ofSeveral: Bool = false) throws {
        guard let (text, name) = try file(),
            let start = try RunConfiguration.initialParameters(yaml: text, name: name)
        else { return }
        let difference =
            ofSeveral ? "these runs do not" : "this one does not; give --initial-parameters to begin there too"
        CommandProcess.warn("the run of \(name) began with the parameters of \(start), and \(difference).")
    }

    /// What the user set, weakest first: the file, `--set`, then the options with names of their own.
    func assignments() throws -> [ConfigurationAssignment] {
        var assignments: [ConfigurationAssignment] = []
        if let (text, name) = try file() { assignments += try RunConfiguration.assignments(yaml: text, name: name) }
        assignments += try settings.map { try ConfigurationAssignment(setting: $0) }
        assignments += data.assignments
        let named: [(option: String, key: Key, value: String?)] = [
            ("--model", .model, model), ("--variant", .variant, variant),
            ("--protocol", .trainingProtocol, trainingProtocol), ("--modalities", .modalities, modalities),
            ("--seed", .seed, seed), ("--threads", .threads, threads), ("--epochs", .epochs, epochs),
            ("--batch-size", .batchSize, batchSize), ("--learning-rate", .learningRate, learningRate),
            ("--prefetch", .prefetch, prefetch),
        ]
        for case (let option, let key, let value?) in named {
            assignments.append(ConfigurationAssignment(key: key.rawValue, value: value, option: option))
        }
        return assignments
    }
}

/// Sentences for the user, of which each is shown once.
final class Notices {
    private var told: Set<[UInt8]> = []

    func tell(_ sentence: String, _ warn: (String) -> Void = CommandProcess.warn) {
        if told.insert(Array(sentence.utf8)).inserted { warn(sentence) }
    }
}
