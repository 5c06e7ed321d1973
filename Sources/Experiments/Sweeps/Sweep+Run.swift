import FeatureStore
import Foundation
import Metrics
import Training

extension Sweep {
    /// What happens, in order.
    public enum Event: Sendable {
        /// A round of successive halving begins; `number` counts from 1.
        case round(number: Int, of: Int, runs: Int, epochs: Int)
        /// What the runs tell.
        case series(RunSeries.Event)
    }

    /// What came out.
    public struct Result: Sendable {
        let sweep: Sweep
        /// The trials, the best first; those that failed last.
        let rows: [Row]
        /// Runs that failed.
        public let failed: [(folder: RunFolder, reason: String)]
        /// The runs on test of the first row: figures in per cent. Of no other: whoever compares runs on test chooses on test.
        let test: [RunResult]
        /// The same of the predictions of all parts together; nil where the dialogues were not divided.
        let pooled: [RunComparison.Score]?
    }

    /// A trial at its end.
    struct Row: Sendable {
        let trial: Int
        /// The best score on valid of each run, by seeds and in them by parts, the larger the better; empty where a run failed.
        let scores: [Double]
        /// Where these were reached.
        let bestEpochs: [Int]
        /// The epochs of its runs, unless they stopped early.
        let epochs: Int
        let folders: [RunFolder]

        var mean: Double { scores.isEmpty ? -.infinity : scores.mean }
    }

    /// Trains what is not finished yet.
    /// - Returns: What came out; nil where it was interrupted.
    /// - Throws: as ``RunSeries/run(on:jobs:skipVerification:interruption:observe:)``.
    public func run(
        on store: Store, in folder: String, toolVersion: String, jobs: Jobs? = nil, skipVerification: Bool = false,
        interruption: Interruption = Interruption(), observe: (Event) -> Void = { _ in }
    ) throws -> Result? {
        try run(in: folder, toolVersion: toolVersion, observe: observe) { series, isFirst in
            try series.run(
                on: store, jobs: jobs, skipVerification: skipVerification || !isFirst, interruption: interruption
            ) { observe(.series($0)) }
        }
    }

    /// - Parameter train: Trains a round; the second argument says whether it is the first one.
    func run(
        in folder: String, toolVersion: String, observe: (Event) -> Void,
        train: (RunSeries, Bool) throws -> RunSeries.Outcome
    ) throws -> Result? {
        var alive = Array(trials.indices)
        var (rows, failed) = ([Int: Row](), [(folder: RunFolder, reason: String)]())
        for (number, round) in rounds.enumerated() {
            alive = Array(alive.prefix(round.trials))
            let series = RunSeries(
                entries(alive, round), in: folder, toolVersion: toolVersion, mayGrow: round.epochs != nil)
            if let epochs = round.epochs {
                observe(
                    .round(number: number + 1, of: rounds.count, runs: series.entries.count, epochs: epochs))
            }
            guard case .ended(_, let lost) = try train(series, number == 0) else { return nil }
            failed += lost
            for trial in alive { rows[trial] = try row(trial, round, in: folder, without: lost.map(\.folder.path)) }
            alive = ranked(alive.compactMap { rows[$0] }.filter { !$0.scores.isEmpty }).map(\.trial)
            if alive.isEmpty { break }
        }
        let order = ranked(trials.indices.compactMap { rows[$0] })
        let best = order.first.flatMap { $0.scores.isEmpty ? nil : $0 }
        return Result(
            sweep: self, rows: order, failed: failed, test: try best?.folders.map { try $0.outcome().result } ?? [],
            pooled: try best.flatMap(pooled))
    }

    /// A trial's scores on all parts of the dialogues together; nil where these were not divided.
    private func pooled(_ row: Row) throws -> [RunComparison.Score]? {
        guard !parts.isEmpty else { return nil }
        let runs = trials[row.trial].runs
        return RunComparison.Group.pooled(
            try zip(row.folders, runs).map { try FinishedRun($0, models: $1.configuration.models) })
    }

    /// The best first, and of equals the one that the plan names first.
    private func ranked(_ rows: [Row]) -> [Row] {
        rows.sorted { ($1.mean, $0.trial) < ($0.mean, $1.trial) }
    }

    private func row(_ trial: Int, _ round: Round, in folder: String, without failed: [String]) throws -> Row {
        let folders = trials[trial].runs.map { RunFolder("\(folder)/\($0.name)") }
        let epochs = round.epochs ?? trials[trial].runs[0].configuration.training.epochs
        guard !folders.contains(where: { failed.contains($0.path) }) else {
            return Row(trial: trial, scores: [], bestEpochs: [], epochs: epochs, folders: folders)
        }
        // In a later round a run has more epochs; what counts in this one are those that it had then.
        let best = try folders.map { folder in
            guard let best = Array(try folder.epochs().prefix(epochs)).best else {
                throw ExperimentError("\(folder.path) has no epoch that has ended; continue it with --resume.")
            }
            return best
        }
        return Row(
            trial: trial, scores: best.map(\.selectionScore), bestEpochs: best.map(\.epoch), epochs: epochs,
            folders: folders)
    }
}
