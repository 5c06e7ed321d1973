extension RunRecord {
    /// Makes sure that options given along with `--resume` say what the run is already: anything else would be another run.
    /// - Throws: `TrainingError` naming the first key that differs.
    public func refuseChanges(_ assignments: [ConfigurationAssignment]) throws(TrainingError) {
        var changed = configuration
        for assignment in assignments { try assignment.apply(to: &changed) }
        guard let key = changed.differences(from: configuration).first else { return }
        throw TrainingError(
            .configuration,
            "\(key) is \(configuration.text(of: key)) in the run and cannot become \(changed.text(of: key)) on --resume; "
                + "leave the option out or start a new run.")
    }
}
