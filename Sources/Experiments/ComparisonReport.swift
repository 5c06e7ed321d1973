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

    private func mark(_ group: Group) -> String { group.isChosenOnTest ? " †" : "" }

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
        "group", "seeds", "difference", "95 %", "p dialogues", "p Holm", "p t", "p Wilcoxon", "p McNemar",
    ]

    private var notes: [String] {
        var notes: [String] = []
        if groups.contains(where: \.isChosenOnTest) { notes.append("† " + Self.chosenOnTest) }
        return notes + (testNote.map { [$0] } ?? [])
    }

    /// What the columns of the tests are; nil where there are none.
    public var testNote: String? {
        guard let test = tests.first else { return nil }
        return
            "differences: W-F1 minus that of \(test.reference), runs paired by seed. p dialogues: approximate randomisation over "
            + "dialogues, with Holm's correction beside it; 95 %: bootstrap over dialogues; p t and p Wilcoxon: over seeds; "
            + "p McNemar: over utterances, for one run on each side."
    }

    private var text: String {
        var scores = TextTable([.left("group"), .right("runs")] + heads.map { .right($0) })
        for group in groups {
            scores.add([group.name + mark(group), "\(group.runs.count)"] + group.scores.prefix(3).map { cell($0) })
        }
        var lines = ["\(dataset.escapedForTerminal), test, in per cent: mean ± standard deviation over runs", ""]
        lines += scores.lines
        // As many groups side by side as a terminal of 80 columns has room for.
        for start in stride(from: 0, to: groups.count, by: 4) {
            let part = groups[start..<min(start + 4, groups.count)]
            var classes = TextTable(
                [.left("F1 of each class", atMost: 20)] + part.map { .right(shortName($0), atMost: 13) })
            for index in 3..<groups[0].scores.count {
                classes.add([String(groups[0].scores[index].name.dropFirst(3))] + part.map { cell($0.scores[index]) })
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
            let weighted_f1: Double?
            let accuracy: Double?
            let macro_f1: Double?
            let chosen_epoch: Int
        }
        struct Group: Encodable {
            let name: String
            let chosen_on_test: Bool
            let scores: [Score]
            let runs: [Run]
        }
        let dataset: String
        let content_id: String
        let by: [String]
        let groups: [Group]
        let tests: [Test]
    }

    private var json: String {
        get throws {
            let document = Document(
                dataset: dataset, content_id: contentID, by: keys,
                groups: groups.map { group in
                    Document.Group(
                        name: group.name, chosen_on_test: group.isChosenOnTest, scores: group.scores,
                        runs: group.runs.map {
                            Document.Run(
                                path: $0.folder.path, seed: $0.seed, weighted_f1: $0.result.weightedF1,
                                accuracy: $0.result.accuracy, macro_f1: $0.result.macroF1,
                                chosen_epoch: $0.result.chosenEpoch)
                        })
                }, tests: tests)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
        }
    }

    private var csv: String {
        var lines = ["group,runs,chosen_on_test,score,mean,sd"]
        for group in groups {
            for score in group.scores {
                let cells = [
                    Training.csv(group.name), "\(group.runs.count)", "\(group.isChosenOnTest)",
                    Training.csv(score.name),
                    String(format: "%.4f", score.mean), score.sd.map { String(format: "%.4f", $0) } ?? "",
                ]
                lines.append(cells.joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var markdown: String {
        func row(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let titles = ["group", "runs"] + groups[0].scores.map(\.name)
        var lines = [row(titles), row(["---"] + titles.dropFirst().map { _ in "---:" })]
        for group in groups {
            lines.append(row([group.name + mark(group), "\(group.runs.count)"] + group.scores.map { cell($0) }))
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
        let best = columns.map { column in groups.map { $0.scores[column].mean }.max() ?? 0 }
        var lines = [
            "% \(dataset), test, in per cent; content id of the store \(contentID)",
            "\\begin{tabular}{lr" + columns.map { _ in "r" }.joined() + "}", "\\toprule",
            (["", "runs"] + groups[0].scores.map { plain($0.name) }).joined(separator: " & ") + " \\\\", "\\midrule",
        ]
        for group in groups {
            let isDifferent = tests.first { $0.group == group.name }.map { $0.corrected < 0.05 } ?? false
            let cells = columns.map { column -> String in
                let score = group.scores[column]
                let text = "$" + cell(score, " \\pm ") + "$"
                let star = isDifferent && column == 0 ? "\\textsuperscript{*}" : ""
                // Bold where it prints as the best.
                let isBest = String(format: "%.2f", score.mean) == String(format: "%.2f", best[column])
                return (isBest && groups.count > 1 ? "\\boldmath\(text)" : text) + star
            }
            let name = plain(group.name) + (group.isChosenOnTest ? "\\textsuperscript{\\dag}" : "")
            lines.append(([name, "\(group.runs.count)"] + cells).joined(separator: " & ") + " \\\\")
        }
        lines += ["\\bottomrule", "\\end{tabular}"]
        if let test = tests.first {
            lines.append(
                "% *: W-F1 differs from that of \(test.reference), p < 0.05 by approximate randomisation over dialogues, Holm's correction"
            )
        }
        if groups.contains(where: \.isChosenOnTest) { lines.append("% \\dag: " + Self.chosenOnTest) }
        return lines.joined(separator: "\n") + "\n"
    }
}
