import Experiments
import FeatureStore
import Foundation
import Metrics
import Training

extension Report {
    /// The report of runs: what was trained on what, how it went, and what the models get right and wrong.
    /// - Parameters:
    ///   - runs: Finished runs on one store; see ``RunComparison``.
    ///   - keys: Keys of the configuration that make groups; empty for all in which the runs differ.
    ///   - reference: The group that the others are tested against; nil for that of the first run.
    ///   - sentences: Where the sentences of mistakes are, and the features that embeddings are made of.
    ///   - toolVersion: The version of the program that makes the report.
    /// - Throws: `ExperimentError` where the runs do not go together, `TrainingError` where a file of theirs cannot be read, `StoreError`
    ///   where the store cannot, and an error of its own where it holds other utterances than the predictions.
    public init(
        of runs: [FinishedRun], by keys: [String] = [], against reference: String? = nil, sentences: Sentences,
        toolVersion: String
    ) throws {
        let comparison = try RunComparison(runs, by: keys, reference: reference)
        // A comparison takes runs on other parts of the dialogues too; a page is about one.
        for run in runs.dropFirst() { try RunComparison.requireEqualTests(run, runs[0]) }
        let parts = try RunReport(comparison, sentences: sentences)
        let names = comparison.groups.map(\.name).joined(separator: ", ")
        let count = runs.count == 1 ? "One run" : "\(runs.count) runs"
        self.init(
            title: "\(comparison.dataset): \(names)",
            lead:
                "\(count), evaluated on \(parts.answers.gold.count) utterances in \(parts.answers.dialogues.count) dialogues of the "
                + "test split. Scores are in per cent.",
            generator: "vuemo \(toolVersion)", sections: try parts.sections)
    }
}

/// Where the sentences of a report are.
public enum Sentences {
    /// The store that the runs were trained on.
    case inStore(Store)
    /// They are nowhere, and why not.
    case missing(String)

    var store: Store? {
        guard case .inStore(let store) = self else { return nil }
        return store
    }
}

/// The parts of a report of runs.
struct RunReport {
    let comparison: RunComparison
    let answers: RunAnswers
    let sentences: Sentences
    /// The epochs of each run of each group.
    let histories: [[[EpochMetrics]]]

    init(_ comparison: RunComparison, sentences: Sentences) throws {
        self.comparison = comparison
        self.sentences = sentences
        answers = RunAnswers(comparison)
        histories = try comparison.groups.map { try $0.runs.map { try $0.folder.epochs() } }
    }

    var sections: [Section] {
        get throws {
            [
                provenance, scores, curves, confusion, classes, calibration, breakdown, shifts, try map,
            ] + (weights.map { [$0] } ?? []) + [try mistakes]
        }
    }

    var groups: [String] { comparison.groups.map(\.name) }

    /// The name of a figure of a group: a file's name, and unique in the page.
    func name(_ name: String, _ group: Int) -> String { groups.count > 1 ? "\(name)-\(group + 1)" : name }

    /// The title of a figure of a group.
    func title(_ title: String, _ group: Int) -> String { groups.count > 1 ? "\(title): \(groups[group])" : title }

    // MARK: What was trained on what

    private var provenance: Section {
        let record = comparison.groups[0].runs[0].record
        var data = Table("The data of all runs", "what", ["value"], words: ["value"])
        data.add("dataset", [comparison.dataset])
        data.add("content id", [comparison.contentID])
        data.add("store", [record.storePath])
        data.add("format of the store", [record.storeFormatVersion])
        var table = Table(
            "The runs", "run",
            ["group", "model", "modalities", "protocol", "seed", "epoch", "W-F1", "accuracy", "macro-F1", "vuemo"],
            words: ["group", "model", "modalities", "protocol", "vuemo"])
        var files: [Block] = []
        for (index, group) in comparison.groups.enumerated() {
            for (run, history) in zip(group.runs, histories[index]) {
                let configuration = run.record.configuration
                table.add(
                    run.folder.path,
                    [
                        group.name, configuration.label, configuration.text(of: "model.modalities"),
                        configuration.text(of: "training.protocol"), "\(run.seed)",
                        "\(run.result.chosenEpoch) of \(history.count)",
                    ]
                        + [run.result.weightedF1, run.result.accuracy, run.result.macroF1].map {
                            $0.map { String(format: "%.2f", $0) } ?? ""
                        } + [run.record.toolVersion])
                files.append(
                    .file(
                        FoldedFile(
                            summary: "The configuration of \(run.folder.path)",
                            lines: run.record.yaml.split(separator: "\n").map(String.init))))
            }
        }
        var blocks: [Block] = [.table(data), .table(table)]
        if comparison.groups.contains(where: \.isChosenOnTest) {
            blocks.append(
                .note(
                    "Runs with the protocol paper chose their epoch on the test split, so that their scores are too good; compare them with "
                        + "published tables only."))
        }
        return Section("runs", "What was trained on what", blocks + files)
    }

    // MARK: Scores

    private var scores: Section {
        var table = Table(
            "Mean ± standard deviation (n − 1) over the runs of a group", "group",
            ["runs", "W-F1", "accuracy", "macro-F1"])
        for group in comparison.groups {
            table.add(
                group.name,
                ["\(group.runs.count)"]
                    + group.scores.prefix(3).map { score in
                        String(format: "%.2f", score.mean) + (score.sd.map { String(format: " ± %.2f", $0) } ?? "")
                    })
        }
        var blocks: [Block] = [.table(table)]
        if comparison.groups.contains(where: { $0.runs.count > 1 }) || comparison.groups.count > 1 {
            let spreads = comparison.groups.map { Spread($0.runs.map { $0.result.weightedF1 ?? 0 }) }
            let chart = DotChart(
                groups: [""],
                rows: groups.indices.map { DotChart.Row(name: groups[$0], values: [spreads[$0]], group: $0) },
                xTitle: "W-F1 in per cent", showsRuns: true)
            let words = zip(groups, spreads).map { "\($0): \($1.text)" }.joined(separator: "; ")
            blocks.append(
                .gallery(
                    Gallery([
                        Figure(
                            "scores", "W-F1 of each run, with mean and standard deviation", description: words + ".",
                            chart.drawing)
                    ])))
        }
        if !comparison.tests.isEmpty {
            var tests = Table("Paired tests", "group", Array(RunComparison.testTitles.dropFirst()))
            for row in comparison.testRows { tests.add(row[0], Array(row.dropFirst())) }
            blocks +=
                [.table(tests)]
                + (comparison.testNote.map { [.paragraph($0.prefix(1).uppercased() + $0.dropFirst())] } ?? [])
        }
        return Section("scores", "Scores", blocks)
    }

    // MARK: Learning curves

    private var curves: Section {
        let all = histories.flatMap { $0 }.flatMap { $0 }
        let split = all.allSatisfy { $0.validWeightedF1 != nil } ? "valid" : "test"
        return Section(
            "curves", "Learning curves",
            [
                .gallery(
                    Gallery([
                        curve("loss-train", "Loss while training", "loss") { $0.trainLoss },
                        curve("loss-\(split)", "Loss on \(split)", "loss") { $0.validLoss ?? $0.testLoss },
                        curve("f1-\(split)", "W-F1 on \(split)", "per cent") {
                            $0.validWeightedF1 ?? $0.testWeightedF1
                        },
                    ])),
                .paragraph("The marker stands at the epoch that was chosen."),
            ])
    }

    private func curve(
        _ name: String, _ title: String, _ unit: String, _ value: (EpochMetrics) -> Double?
    ) -> Figure {
        var (lines, names, columns) = ([LineChart.Line](), [String](), [[Int: Double]]())
        for (index, group) in comparison.groups.enumerated() {
            for (run, history) in zip(group.runs, histories[index]) {
                let points = history.compactMap { epoch in value(epoch).map { (x: Double(epoch.epoch), y: $0) } }
                lines.append(
                    LineChart.Line(group: index, points: points, marked: Double(run.result.chosenEpoch)))
                names.append(groups.count > 1 ? "\(group.name), seed \(run.seed)" : "seed \(run.seed)")
                columns.append(
                    Dictionary(history.compactMap { epoch in value(epoch).map { (epoch.epoch, $0) } }) { $1 })
            }
        }
        var table = Table(title, "epoch", names)
        for epoch in Set(columns.flatMap(\.keys)).sorted() {
            table.add("\(epoch)", columns.map { $0[epoch].map { String(format: "%.4g", $0) } ?? "" })
        }
        let words = zip(names, lines).prefix(8).compactMap { name, line in
            line.points.first.flatMap { first in
                line.points.last.map { "\(name): " + String(format: "from %.4g to %.4g", first.y, $0.y) }
            }
        }
        return Figure(
            name, title, description: words.joined(separator: "; ") + ".",
            LineChart(groups: groups, lines: lines, xTitle: "epoch", yTitle: unit).drawing, numbers: table)
    }

    // MARK: Mistakes

    private var mistakes: Section {
        get throws {
            var store: Store?
            var blocks: [Block] = []
            switch sentences {
            case .inStore(let found): store = found
            case .missing(let reason): blocks.append(.note(reason))
            }
            let found = try ConfidentMistakes(answers: answers, store: store)
            for group in answers.groups {
                if answers.groups.count > 1 { blocks.append(.heading(group.name)) }
                if group.runs.count > 1 {
                    blocks.append(.paragraph("Probabilities are means over the \(group.runs.count) runs."))
                }
                let exchanges = try found.exchanges(of: group, atMost: answers.groups.count > 1 ? 6 : 15)
                blocks.append(exchanges.isEmpty ? .paragraph("There is no mistake.") : .exchanges(exchanges))
            }
            return Section("mistakes", "The most confident mistakes", blocks)
        }
    }
}
