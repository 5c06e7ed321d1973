import Foundation
import TerminalText
import Training

extension RunComparison {
    /// How a comparison is written.
    public enum Form: String, CaseIterable, Sendable {
        case text, json, csv, markdown, latex
    }

    /// The whole comparison.
    public func written(as form: Form) throws -> String {
        switch form {
        case .text: text
        case .json: try json
        case .csv: csv
        case .markdown: markdown
        case .latex: latex
        }
    }

    private static let chosenOnTest = "the epochs were chosen on test (protocol paper)"

    /// The scores before those of single classes.
    private var heads: [String] { Array(groups[0].scores.map(\.name).prefix(3)) }

    private func cell(_ score: Score, _ sign: String = " ± ") -> String {
        String(format: "%.2f", score.mean) + (score.sd.map { sign + String(format: "%.2f", $0) } ?? "")
    }

    private func p(_ value: Double?) -> String {
        value.map { $0 < 0.0001 ? "< 0.0001" : String(format: "%.4f", $0) } ?? ""
    }

    /// The name of a group without that of the key, where there is one only.
    private func shortName(_ group: Group) -> String {
        guard keys.count == 1, let sign = group.name.firstIndex(of: "=") else { return group.name }
        return String(group.name[group.name.index(after: sign)...])
    }

    /// What the others are compared with; the first group where there are no others.
    private var reference: Group { groups.first { $0.name == tests.first?.reference } ?? groups[0] }

    /// The mean difference of W-F1 to the reference, where both have runs of the same seed.
    private func difference(_ group: Group) -> String {
        tests.first { $0.group == group.name }.map { String(format: "%+.2f", $0.difference) } ?? ""
    }

    private func mark(_ group: Group) -> String { group.isChosenOnTest ? " †" : "" }

    /// The rows of the tables of scores: each group, and below it the pooled folds where there are some.
    private var rows: [Row] {
        groups.flatMap { group -> [Row] in
            let own = Row(group: group, name: group.name, isPooled: false, scores: group.scores)
            guard let pooled = group.pooled else { return [own] }
            return [own, Row(group: group, name: group.name + ", pooled", isPooled: true, scores: pooled)]
        }
    }

    private struct Row {
        let group: Group
        let name: String
        let isPooled: Bool
        let scores: [Score]
    }

    /// The rows of the tables of tests, in words and numbers, under ``testTitles``.
    public var testRows: [[String]] {
        tests.map { test in
            [
                test.group, "\(test.seeds.count)", String(format: "%+.2f", test.difference),
                String(format: "%+.2f to %+.2f", test.interval[0], test.interval[1]), p(test.dialogues),
                p(test.corrected),
                p(test.t), p(test.wilcoxon), p(test.mcNemar),
            ]
        }
    }
    /// The titles of the columns of ``testRows``.
    public static let testTitles = [
        "group", "pairs", "difference", "95 %", "p dialogues", "p Holm", "p t", "p Wilcoxon", "p McNemar",
    ]

    private var notes: [String] {
        var notes: [String] = []
        if groups.contains(where: \.isChosenOnTest) { notes.append("† " + Self.chosenOnTest) }
        notes += foldNotes
        return notes + (testNote.map { [$0] } ?? []) + provenance
    }

    /// What the columns of the tests are; nil where there are none.
    public var testNote: String? {
        guard let test = tests.first else { return nil }
        let key = groups.contains { $0.pooled != nil } ? "seed and part of the dialogues" : "seed"
        return
            "differences: W-F1 minus that of \(test.reference), runs paired by \(key). p dialogues: approximate randomisation over "
            + "dialogues, with Holm's correction beside it; 95 %: bootstrap over dialogues; p t and p Wilcoxon: over pairs; "
            + "p McNemar: over utterances, for one run on each side."
    }

    private var text: String {
        var scores = TextTable([.left("group"), .right("runs")] + heads.map { .right($0) })
        for row in rows {
            scores.add([row.name + mark(row.group), "\(row.group.runs.count)"] + row.scores.prefix(3).map { cell($0) })
        }
        var lines = ["\(dataset.escapedForTerminal), test, in per cent: mean ± standard deviation over runs", ""]
        lines += scores.lines
        // As many groups side by side as a terminal of 80 columns has room for.
        for start in stride(from: 0, to: rows.count, by: 4) {
            let part = rows[start..<min(start + 4, rows.count)]
            var classes = TextTable(
                [.left("UA, F1 of classes", atMost: 20)]
                    + part.map { .right($0.isPooled ? "pooled" : shortName($0.group), atMost: 13) })
            for index in 3..<groups[0].scores.count {
                let name = groups[0].scores[index].name
                classes.add(
                    [name.hasPrefix("F1 ") ? String(name.dropFirst(3)) : name] + part.map { cell($0.scores[index]) })
            }
            lines += [""] + classes.lines
        }
        if !tests.isEmpty {
            // Two tables: one with everything would be wider than a terminal of 80 columns.
            var difference = TextTable([.left("group")] + Self.testTitles[1..<6].map { .right($0) })
            var more = TextTable([.left("group")] + (Self.testTitles[6...] + ["d_z"]).map { .right($0) })
            for (row, test) in zip(testRows, tests) {
                difference.add(Array(row.prefix(6)))
                more.add([row[0]] + row[6...] + [test.effect.map { String(format: "%+.2f", $0) } ?? ""])
            }
            lines += [""] + difference.lines + [""] + more.lines
        }
        for note in notes { lines += [""] + TextWrap.lines(note, indent: "") }
        return lines.joined(separator: "\n")
    }

    private struct Document: Encodable {
        struct Run: Encodable {
            let path: String
            let seed: UInt64
            let fold: Int?
            let left_out: String?
            let weighted_f1: Double?
            let accuracy: Double?
            let balanced_accuracy: Double?
            let macro_f1: Double?
            let log_loss: Double?
            let calibration_error: Double?
            let chosen_epoch: Int
        }
        struct Group: Encodable {
            let name: String
            let chosen_on_test: Bool
            /// What the runs are, in words for each kind of fact.
            let origin: [String: String]
            let scores: [Score]
            /// Of all folds' predictions together; only where dialogues were divided.
            let pooled: [Score]?
            let runs: [Run]
        }
        let dataset: String
        let content_id: String
        let target: String
        let classes: [String]
        let by: [String]
        let groups: [Group]
        let tests: [Test]
    }

    private var json: String {
        get throws {
            let document = Document(
                dataset: dataset, content_id: contentID,
                target: groups[0].runs[0].record.configuration.data.target, classes: groups[0].runs[0].classes,
                by: keys,
                groups: groups.map { group in
                    Document.Group(
                        name: group.name, chosen_on_test: group.isChosenOnTest,
                        origin: Dictionary(uniqueKeysWithValues: group.origin.map { ($0.name, $0.value) }),
                        scores: group.scores,
                        pooled: group.pooled,
                        runs: group.runs.map {
                            Document.Run(
                                path: $0.folder.path, seed: $0.seed, fold: $0.part.fold > 0 ? $0.part.fold : nil,
                                left_out: $0.part.group.isEmpty ? nil : $0.part.group,
                                weighted_f1: $0.result.weightedF1, accuracy: $0.result.accuracy,
                                balanced_accuracy: $0.result.balancedAccuracy, macro_f1: $0.result.macroF1,
                                log_loss: $0.result.logLoss, calibration_error: $0.result.calibrationError,
                                chosen_epoch: $0.result.chosenEpoch)
                        })
                }, tests: tests)
            return try JSON.document(document)
        }
    }

    private var csv: String {
        let columns =
            ["group", "runs", "chosen_on_test", "score", "mean", "sd", "difference"] + groups[0].origin.map(\.name)
        var lines = [columns.joined(separator: ",")]
        for row in rows {
            for (index, score) in row.scores.enumerated() {
                let cells =
                    [
                        Training.csv(row.name), "\(row.group.runs.count)", "\(row.group.isChosenOnTest)",
                        Training.csv(score.name),
                        String(format: "%.4f", score.mean), score.sd.map { String(format: "%.4f", $0) } ?? "",
                        row.isPooled || row.group.name == reference.name
                            ? "" : String(format: "%.4f", score.mean - reference.scores[index].mean),
                    ] + row.group.origin.map { Training.csv($0.value) }
                lines.append(cells.joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var markdown: String {
        func row(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let change = tests.isEmpty ? [] : ["Δ W-F1"]
        let titles = ["group", "runs"] + change + groups[0].scores.map(\.name)
        var lines = [row(titles), row(["---"] + titles.dropFirst().map { _ in "---:" })]
        for one in rows {
            let own = [one.name + mark(one.group), "\(one.group.runs.count)"]
            lines.append(
                row(own + change.map { _ in one.isPooled ? "" : difference(one.group) } + one.scores.map { cell($0) }))
        }
        if !tests.isEmpty {
            lines += ["", row(Self.testTitles), row(["---"] + Self.testTitles.dropFirst().map { _ in "---:" })]
            lines += testRows.map(row)
        }
        for note in notes { lines += ["", note] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A table of booktabs: the best mean of each column in bold, and a star where Holm's p is below 0.05.
    private var latex: String {
        func plain(_ text: String) -> String {
            text.reduce(into: "") { result, character in
                switch character {
                case "\\": result += "\\textbackslash{}"
                case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
                case "~": result += "\\textasciitilde{}"
                case "^": result += "\\textasciicircum{}"
                default: result.append(character)
                }
            }
        }
        let columns = groups[0].scores.indices
        func best(_ column: Int, _ isPooled: Bool) -> Double {
            rows.filter { $0.isPooled == isPooled }.map { $0.scores[column].mean }.max() ?? 0
        }
        let change = tests.isEmpty ? [] : ["r"]
        var lines = [
            "% \(dataset), test, in per cent; content id of the store \(contentID)".replacing("\n", with: " "),
            "\\begin{tabular}{lr" + (change + columns.map { _ in "r" }).joined() + "}", "\\toprule",
            (["", "runs"] + change.map { _ in "$\\Delta$ W-F1" } + groups[0].scores.map { plain($0.name) }).joined(
                separator: " & ") + " \\\\", "\\midrule",
        ]
        for row in rows {
            let group = row.group
            let isDifferent = tests.first { $0.group == group.name }.map { $0.corrected < 0.05 } ?? false
            let cells = columns.map { column -> String in
                let score = row.scores[column]
                let text = "$" + cell(score, " \\pm ") + "$"
                let star = isDifferent && column == 0 ? "\\textsuperscript{*}" : ""
                // Bold where it prints as the best.
                let isBest =
                    String(format: "%.2f", score.mean) == String(format: "%.2f", best(column, row.isPooled))
                return (isBest && groups.count > 1 ? "\\boldmath\(text)" : text) + star
            }
            let name = plain(row.name) + (group.isChosenOnTest ? "\\textsuperscript{\\dag}" : "")
            let own =
                [name, "\(group.runs.count)"]
                + change.map { _ in
                    let difference = row.isPooled ? "" : difference(group)
                    return difference.isEmpty ? "" : "$\(difference)$"
                }
            lines.append((own + cells).joined(separator: " & ") + " \\\\")
        }
        lines += ["\\bottomrule", "\\end{tabular}"]
        if let test = tests.first {
            lines.append(
                "% *: W-F1 differs from that of \(test.reference), p < 0.05 by approximate randomisation over dialogues, Holm's correction"
            )
        }
        if groups.contains(where: \.isChosenOnTest) { lines.append("% \\dag: " + Self.chosenOnTest) }
        lines += foldNotes.map { "% " + $0.replacing("\n", with: " ") }
        lines += provenance.map { "% " + $0.replacing("\n", with: " ") }
        return lines.joined(separator: "\n") + "\n"
    }
}
