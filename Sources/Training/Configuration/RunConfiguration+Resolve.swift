extension RunConfiguration {
    /// The complete configuration of a run: defaults, then the preset, then `assignments` in their order.
    ///
    /// What nobody set follows from the rest: `training.shuffle` from protocol and preset, `training.classFrequencies` from the
    /// dialogues trained on.
    /// - Parameters:
    ///   - preset: the one asked for; without it the dataset's name decides, and an unknown dataset has none.
    ///   - threads: the default of `training.threads`.
    /// - Throws: `TrainingError` for unknown keys, refused values and combinations that cannot run.
    public static func resolve(
        dataset: DatasetFacts, preset: Preset?, assignments: [ConfigurationAssignment], threads: Int
    ) throws(TrainingError) -> RunConfiguration {
        let preset = preset ?? Preset(dataset: dataset.name)
        var configuration = preset?.configuration ?? RunConfiguration()
        configuration.training.threads = threads
        for assignment in assignments { try assignment.apply(to: &configuration) }
        if !assignments.contains(where: { $0.key == "training.shuffle" }) {
            configuration.training.shuffle =
                configuration.training.protocol == .sound || preset?.shufflesUnderPaperProtocol ?? true
        }
        try configuration.completeClassFrequencies(dataset)
        try configuration.check()
        return configuration
    }

    private mutating func completeClassFrequencies(_ dataset: DatasetFacts) throws(TrainingError) {
        guard training.loss == .weightedNLL else { return }
        if training.classFrequencies.isEmpty {
            let counts = dataset.classCounts(training.protocol)
            let total = Double(max(1, counts.reduce(0, +)))
            // A class that never occurs in training has no say in the loss; one utterance keeps its weight finite.
            training.classFrequencies = counts.map { Double(max(1, $0)) / total }
        }
        if training.classFrequencies.count != dataset.classes {
            throw TrainingError(
                .configuration,
                "training.classFrequencies lists \(training.classFrequencies.count) numbers but \(dataset.name) has "
                    + "\(dataset.classes) classes; set it to [] to count them on the training dialogues.")
        }
    }

    private func check() throws(TrainingError) {
        if model.hiddenSize % 2 != 0 {
            throw TrainingError(
                .configuration,
                "model.hiddenSize must be even, not \(model.hiddenSize): each direction of the GRU has half of it.")
        }
    }
}
