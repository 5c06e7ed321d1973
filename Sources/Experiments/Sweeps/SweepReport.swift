import Foundation
import Metrics
import TerminalText
import Training

extension Sweep.Result {
    /// How the table is written.
    public enum Form: String, CaseIterable, Sendable {
        case text, json, csv
    }

    /// The table of all trials by their scores on valid, and the best one on test.
    public func written(as form: Form) throws -> String {
        switch form {
        case .text: text
        case .json: try json
        case .csv: csv
        }
    }

    private var keys: [String] { sweep.plan.parameters.map(\.key) }

    /// The score's name and the number that people know: a loss is the smaller the better.
    private var metric: String { "valid " + sweep.metric.title }
    private func shown(_ score: Double) -> Double { sweep.metric == .loss ? -score : score }
    private var digits: Int { sweep.metric == .loss ? 4 : 2 }

    private func cell(_ values: [Double], digits: Int) -> String {
        guard !values.isEmpty else { return "failed" }
        let mean = String(format: "%.\(digits)f", values.mean)
        return values.count < 2 ? mean : mean + " ± " + String(format: "%.\(digits)f", values.standardDeviation)
    }

    private func epochs(_ row: Sweep.Row) -> String {
        row.bestEpochs.isEmpty ? "" : row.bestEpochs.map(String.init).joined(separator: ", ")
    }

    private var text: String {
        // Columns of parameters share what a terminal of 80 columns has left.
        let room = max(6, 46 / max(1, keys.count) - 2)
        var table = TextTable(
            [.right("rank")] + SweepNames.short(keys).map { .left($0, atMost: room) }
                + [.right(metric), .right("best epoch", atMost: 14), .right("epochs")])
        for (index, row) in rows.enumerated() {
            table.add(
                [row.scores.isEmpty ? "" : "\(index + 1)"] + sweep.trials[row.trial].values
                    + [cell(row.scores.map(shown), digits: digits), epochs(row), "\(row.epochs)"])
        }
        let title =
            "\(sweep.dataset), \(sweep.plan.method.rawValue), \(rows.count) combinations by their \(metric)"
            + (sweep.repetitions.map { ", mean ± standard deviation over \($0)" } ?? "")
        var lines = TextWrap.lines(title) + [""] + table.lines
        guard let best = rows.first, !test.isEmpty else { return lines.joined(separator: "\n") }
        let scores = testScores.map { score in
            let pooled = score.pooled.map { ", pooled \(String(format: "%.2f", $0))" } ?? ""
            return "\(score.name) \(cell(score.values, digits: 2))\(pooled)"
        }
        lines += [""] + TextWrap.lines("The best on test: \(scores.joined(separator: pooled == nil ? ", " : "; "))")
        lines += best.folders.map { "  " + $0.path.escapedForTerminal }
        return lines.joined(separator: "\n")
    }

    /// The scores on test over the runs, and that of all parts' predictions together.
    private var testScores: [(name: String, key: String, values: [Double], pooled: Double?)] {
        [
            ("W-F1", "weighted_f1", test.compactMap(\.weightedF1)),
            ("accuracy", "accuracy", test.compactMap(\.accuracy)),
            ("macro-F1", "macro_f1", test.compactMap(\.macroF1)),
        ].filter { !$0.2.isEmpty }.map { name, key, values in
            (name, key, values, pooled?.first { $0.name == name }?.mean)
        }
    }

    private struct Document: Encodable {
        struct Run: Encodable {
            let path: String
            let seed: UInt64
            let fold: Int?
            let left_out: String?
            let valid: Double?
            let best_epoch: Int?
            let failed: String?
        }
        struct Row: Encodable {
            let rank: Int?
            let settings: [String: String]
            let valid: Double?
            let valid_sd: Double?
            let epochs: Int
            let runs: [Run]
        }
        let dataset: String
        let content_id: String
        let method: String
        let metric: String
        let parameters: [String]
        let rows: [Row]
        /// Of the first row.
        let test: [String: [String: Double]]
    }

    private var json: String {
        get throws {
            let rows = rows.enumerated().map { index, row in
                let trial = sweep.trials[row.trial]
                return Document.Row(
                    rank: row.scores.isEmpty ? nil : index + 1,
                    settings: Dictionary(zip(keys, trial.values)) { $1 },
                    valid: row.scores.isEmpty ? nil : shown(row.mean),
                    valid_sd: row.scores.count > 1 ? row.scores.standardDeviation : nil, epochs: row.epochs,
                    runs: zip(trial.runs, row.folders).enumerated().map { number, run in
                        let data = run.0.configuration.data
                        return Document.Run(
                            path: run.1.path, seed: run.0.configuration.training.seed,
                            fold: data.fold > 0 ? data.fold : nil,
                            left_out: data.leaveOut.isEmpty ? nil : data.leaveOut,
                            valid: row.scores.isEmpty ? nil : shown(row.scores[number]),
                            best_epoch: row.scores.isEmpty ? nil : row.bestEpochs[number],
                            failed: failed.first { $0.folder == run.1 }?.reason)
                    })
            }
            let test = testScores.map { score in
                (
                    score.key,
                    [
                        "mean": score.values.mean,
                        "sd": score.values.count > 1 ? score.values.standardDeviation : nil, "pooled": score.pooled,
                    ].compactMapValues { $0 }
                )
            }
            let document = Document(
                dataset: sweep.dataset, content_id: sweep.contentID, method: sweep.plan.method.rawValue,
                metric: sweep.metric.rawValue, parameters: keys, rows: rows,
                test: Dictionary(uniqueKeysWithValues: test))
            return try JSON.document(document)
        }
    }

    private var csv: String {
        let titles = ["rank"] + keys + ["metric", "valid", "valid_sd", "best_epochs", "epochs", "seeds", "parts"]
        var lines = [titles.map { Training.csv($0) }.joined(separator: ",")]
        for (index, row) in rows.enumerated() {
            let scores = row.scores.map(shown)
            let cells: [String] =
                [scores.isEmpty ? "" : "\(index + 1)"] + sweep.trials[row.trial].values + [
                    sweep.metric.rawValue, scores.isEmpty ? "" : String(format: "%.4f", scores.mean),
                    scores.count > 1 ? String(format: "%.4f", scores.standardDeviation) : "",
                    row.bestEpochs.map(String.init).joined(separator: " "), "\(row.epochs)",
                    "\(max(1, sweep.plan.seeds.count))", "\(max(1, sweep.parts.count))",
                ]
            lines.append(cells.map { Training.csv($0) }.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension SelectionMetric {
    /// As tables call it.
    fileprivate var title: String {
        switch self {
        case .weightedF1: "W-F1"
        case .macroF1: "macro-F1"
        case .microF1: "micro-F1"
        case .accuracy: "accuracy"
        case .balancedAccuracy: "balanced accuracy"
        case .loss: "loss"
        }
    }
}
