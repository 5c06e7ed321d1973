import Configuration
import Training

extension RunComparison {
    /// What the figures are figures of, in sentences for a note or a comment.
    var provenance: [String] {
        let runs = groups.flatMap(\.runs)
        let data = runs[0].record.configuration.data
        let configurations = groups.map {
            "\($0.name) \($0.hashes.map { String($0.prefix(12)) }.joined(separator: ", "))"
        }
        return [
            "data: \(dataset) (content id \(contentID.prefix(12))), \(data.target): \(runs[0].classes.joined(separator: ", ")); "
                + Self.division(data)
                + "protocol \(Self.distinct(runs) { $0.record.configuration.training.protocol.rawValue }); "
                + "seeds \(Self.distinct(runs) { "\($0.seed)" }).",
            "configurations: \(configurations.joined(separator: "; ")).",
            "made by vuemo \(Self.distinct(runs) { $0.record.toolVersion })"
                + Self.machines(runs).map { " on \($0)" }.joined() + ".",
        ]
    }

    /// How the dialogues were divided; empty where the store's splits were taken.
    private static func division(_ data: Settings<DataKeys>) -> String {
        let groups = data.groupBy == .none ? "" : " by \(data.groupBy.node.text)"
        if data.folds > 0 { return "test is each of \(data.folds) folds\(groups) (split seed \(data.splitSeed)); " }
        return data.leaveOut.isEmpty ? "" : "test is each group\(groups), left out in turn; "
    }

    /// The values of runs, each once, in order.
    static func distinct(_ runs: [FinishedRun], _ value: (FinishedRun) -> String) -> String {
        runs.reduce(into: [String]()) { if !$0.contains(value($1)) { $0.append(value($1)) } }.joined(separator: ", ")
    }

    /// The machines that evaluated runs; none where they do not say.
    private static func machines(_ runs: [FinishedRun]) -> [String] {
        let told = runs.filter { $0.result.run != nil }
        guard !told.isEmpty else { return [] }
        return [
            distinct(told) { $0.result.run.map { "\($0.processor) (\($0.kernels), threads: \($0.threads))" } ?? "" }
        ]
    }
}

extension RunComparison.Group {
    /// The hashes of its runs' configurations, each once: one, unless `--by` joins runs of several kinds.
    var hashes: [String] {
        runs.map(\.record.configuration.kindHash).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What a file for programs says of a group, by the names of its columns.
    var origin: [(name: String, value: String)] {
        let told = runs.filter { $0.result.run != nil }
        func machine(_ value: (RunIdentity) -> String) -> String {
            RunComparison.distinct(told) { $0.result.run.map(value) ?? "" }
        }
        let configuration = runs[0].record.configuration
        return [
            ("dataset", runs[0].record.dataset), ("content_id", runs[0].record.contentID),
            ("target", configuration.data.target),
            ("protocol", RunComparison.distinct(runs) { $0.record.configuration.training.protocol.rawValue }),
            ("model", RunComparison.distinct(runs) { $0.value(of: RunConfiguration.modelName) }),
            ("variant", RunComparison.distinct(runs) { $0.record.configuration.label }),
            ("seeds", RunComparison.distinct(runs) { "\($0.seed)" }),
            ("configuration_sha256", hashes.joined(separator: ", ")),
            ("vuemo", RunComparison.distinct(runs) { $0.record.toolVersion }),
            ("processor", machine(\.processor)), ("kernels", machine(\.kernels)),
            ("threads", machine { "\($0.threads)" }),
        ]
    }
}
