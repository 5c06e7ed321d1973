import ArgumentParser
import CommandSupport
import Configuration
import Experiments
import FeatureStore
import Models
import Training

extension DataOptions {
    /// Whether the options ask for a run for each part.
    var asksForEveryPart: Bool { leaveGroupOut != nil || (folds != nil && fold == nil) }

    /// The division that asks for a run for each part; nil where the options ask for none.
    func division() throws -> Division? {
        guard asksForEveryPart else { return nil }
        if let folds, let division = Division(folds: folds, origin: "--folds") { return division }
        if let leaveGroupOut, let division = Division(leavingGroupOut: leaveGroupOut, origin: "--leave-group-out") {
            return division
        }
        throw ValidationError("--leave-group-out must be session, speaker or a regular expression with one capture.")
    }
}

/// What the runs of one row of a table have in common.
struct SeriesRow {
    /// What their folders' names begin with; empty for nothing.
    let folder: String
    /// What is set, as after `--set`.
    let settings: [String]
}

extension ConfigurationOptions {
    /// A run for each row, seed and part of the dialogues: a row's are next to each other, and in it a seed's. What a user should know is
    /// told once.
    /// - Parameters:
    ///   - rows: One without a name where there is no table of several.
    ///   - seeds: nil for the seed of the configuration.
    ///   - threads: The default of `training.threads`.
    func entries(
        _ store: Store, rows: [SeriesRow] = [SeriesRow(folder: "", settings: [])], seeds: [UInt64]?, threads: Int
    ) throws -> [RunSeries.Entry] {
        let parts = try data.division()?.parts(of: store).map(Optional.some) ?? [nil]
        let seeds = seeds.map { $0.map(Optional.some) } ?? [nil]
        let facts = DatasetFacts(store)
        let notices = Notices()
        var entries: [RunSeries.Entry] = []
        for row in rows {
            for seed in seeds {
                for part in parts {
                    let names = [row.folder.isEmpty ? nil : row.folder, seed.map { "seed-\($0)" }, part?.name]
                    let (configuration, warnings) = try resolution(
                        facts, adding: row.settings + (seed.map { ["training.seed=\($0)"] } ?? []),
                        assigning: part.map { [$0.assignment] } ?? [], threads: threads)
                    // What cannot be divided is told before a run begins, and once.
                    if part != nil, entries.count < parts.count {
                        try DialogueDivision.check(store, for: configuration)
                    }
                    warnings.forEach { notices.tell($0) }
                    entries.append(
                        RunSeries.Entry(
                            name: names.compactMap { $0 }.joined(separator: "-"), configuration: configuration))
                }
            }
        }
        return entries
    }
}
