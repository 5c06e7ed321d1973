import ArgumentParser
import Foundation
import Training

extension Preset: ExpressibleByArgument {}

/// The options of `vuemo train` that set keys of the configuration.
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

    @Option(help: "Which model: released or corrected. (default: released)")
    var variant: String?

    @Option(
        name: .customLong("protocol"),
        help:
            "sound (choose the epoch on valid, test once) or paper (train on train and valid, choose on test). (default: sound)"
    )
    var trainingProtocol: String?

    @Option(help: "Modalities in use, letters out of a (audio), v (visual) and l (text). (default: avl)")
    var modalities: String?

    @Option(help: "The seed of initial parameters, order of dialogues and dropout. (default: 1475)")
    var seed: String?

    @Option(help: "Threads of the engine; results depend on their number in the last bits. (default: all processors)")
    var threads: String?

    @Option(help: "Passes over the training dialogues. (default: 100)")
    var epochs: String?

    @Option(help: "Dialogues in a minibatch. (default: 16)")
    var batchSize: String?

    @Option(help: "AdamW's step size. (default: 1e-4 for IEMOCAP and others, 2e-5 for MELD)")
    var learningRate: String?

    @Option(help: "Minibatches that the reader prepares ahead. (default: 1)")
    var prefetch: String?

    /// What the user set, weakest first: the file, `--set`, then the options with names of their own.
    func assignments() throws -> [ConfigurationAssignment] {
        var assignments: [ConfigurationAssignment] = []
        if let config {
            guard let text = try? String(contentsOfFile: config, encoding: .utf8) else {
                throw TrainingError(
                    .configuration, "--config \(config) cannot be read; give a YAML file of configuration keys.")
            }
            assignments += try ConfigurationAssignment.parse(yaml: text, name: config)
        }
        assignments += try settings.map { try ConfigurationAssignment(setting: $0) }
        let named: [(option: String, key: String, value: String?)] = [
            ("--variant", "model.variant", variant), ("--protocol", "training.protocol", trainingProtocol),
            ("--modalities", "model.modalities", modalities), ("--seed", "training.seed", seed),
            ("--threads", "training.threads", threads), ("--epochs", "training.epochs", epochs),
            ("--batch-size", "training.batchSize", batchSize),
            ("--learning-rate", "optimizer.learningRate", learningRate),
            ("--prefetch", "training.prefetch", prefetch),
        ]
        for case (let option, let key, let value?) in named {
            assignments.append(ConfigurationAssignment(key: key, value: value, option: option))
        }
        return assignments
    }
}
