import VUEMO
import Yams

extension ConfigurationKey {
    /// Every key, in the order in which `config.yaml` lists them.
    static let all: [ConfigurationKey] = [
        .choice("model.variant", \.model.variant),
        modalities,
        .integer("model.hiddenSize", \.model.hiddenSize, atLeast: 2),
        .integer("model.vueLayers", \.model.vueLayers, atLeast: 0),
        .integer("model.hypergraphLayers", \.model.hypergraphLayers, atLeast: 0),
        .choice("model.textNorm", \.model.textNorm),
        .flag("model.projectText", \.model.projectText),
        .flag("model.speakerEmbedding", \.model.speakerEmbedding),
        .number("model.dropout", \.model.dropout, "a number from 0 to below 1") { (0..<1).contains($0) },
        .integer("training.epochs", \.training.epochs, atLeast: 1),
        .integer("training.batchSize", \.training.batchSize, atLeast: 1),
        .seed("training.seed", \.training.seed),
        .choice("training.protocol", \.training.protocol),
        .flag("training.shuffle", \.training.shuffle),
        .choice("training.loss", \.training.loss),
        .number("training.focalGamma", \.training.focalGamma, "a number of at least 0") { $0 >= 0 },
        .numbers(
            "training.classFrequencies", \.training.classFrequencies,
            "a list of positive numbers, one per class, or [] to count them on the training dialogues"),
        .integer("training.threads", \.training.threads, atLeast: 1),
        .integer("training.prefetch", \.training.prefetch, atLeast: 1),
        .number("optimizer.learningRate", \.optimizer.learningRate, "a number of at least 0") { $0 >= 0 },
        .number("optimizer.weightDecay", \.optimizer.weightDecay, "a number of at least 0") { $0 >= 0 },
        .number("optimizer.beta1", \.optimizer.beta1, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("optimizer.beta2", \.optimizer.beta2, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("optimizer.epsilon", \.optimizer.epsilon, "a number above 0") { $0 > 0 },
    ]

    private static let modalities = ConfigurationKey(
        name: "model.modalities", expectation: "letters out of a (audio), v (visual), l (text), each at most once",
        node: { Node("\($0.model.modalities)") },
        assign: { configuration, node in
            guard let value = node.scalar.flatMap({ Modalities(letters: $0.string) }) else { return false }
            configuration.model.modalities = value
            return true
        })

    /// The key of that name.
    /// - Throws: `TrainingError` naming the nearest key where there is none.
    static func named(_ name: String, from origin: String) throws(TrainingError) -> ConfigurationKey {
        if let key = all.first(where: { $0.name == name }) { return key }
        let nearest = nearestName(to: name, among: all.map(\.name)) ?? ""
        throw TrainingError(.configuration, "\(origin): there is no key \(name); did you mean \(nearest)?")
    }
}
