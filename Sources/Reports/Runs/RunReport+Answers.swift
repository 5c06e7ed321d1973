import Foundation
import Metrics

/// The parts that are made of the answers to single utterances.
extension RunReport {
    // MARK: Classes

    var confusion: Section {
        let figures = answers.groups.enumerated().map { index, group in
            var counts = [[Int]](
                repeating: [Int](repeating: 0, count: answers.classes.count), count: answers.classes.count)
            for run in group.runs {
                for (row, line) in answers.confusion(run).rows.enumerated() {
                    for (column, count) in line.enumerated() { counts[row][column] += count }
                }
            }
            return Figure.shares(
                name("confusion", index), title("Confusion", index), rows: answers.classes, columns: answers.classes,
                counts, rowTitle: "gold", columnTitle: "predicted")
        }
        var blocks: [Block] = [
            .paragraph(
                "The per cents are those of a row: of all utterances with a gold class. Under them stand the counts.")
        ]
        if answers.groups.contains(where: { $0.runs.count > 1 }) {
            blocks.append(.paragraph("Counts are sums over the runs of a group."))
        }
        return Section("confusion", "Confusion matrices", blocks + [.gallery(Gallery(figures))])
    }

    var classes: Section {
        let metrics = answers.groups.map { $0.runs.map { ClassificationMetrics(answers.confusion($0)) } }
        let rows = answers.classes.indices.map { index in
            DotChart.Row(
                name: answers.classes[index], detail: "n = \(metrics[0][0].perClass[index].support)",
                values: metrics.map { group in Spread(group.map { 100 * $0.perClass[index].f1 }) })
        }
        let chart = DotChart(groups: groups, rows: rows, xTitle: "F1 in per cent", range: 0...100)
        let words = rows.map { row in "\(row.name): " + row.values.map { $0?.text ?? "" }.joined(separator: " and ") }
        let tables = metrics.enumerated().map { index, group in
            var table = Table(title("Classes", index), "class", ["support", "precision", "recall", "F1"])
            for (number, name) in answers.classes.enumerated() {
                let figures: [(ClassMetrics) -> Double] = [\.precision, \.recall, \.f1]
                table.add(
                    name,
                    ["\(group[0].perClass[number].support)"]
                        + figures.map { figure in Spread(group.map { 100 * figure($0.perClass[number]) }).text })
            }
            return Block.table(table)
        }
        return Section(
            "classes", "Classes",
            [
                .gallery(
                    Gallery([
                        Figure(
                            "classes", "F1 of each class", description: words.joined(separator: "; ") + ".",
                            chart.drawing)
                    ]))
            ] + tables)
    }

    // MARK: Calibration

    var calibration: Section {
        var errors = Table("Expected calibration error", "group", ["ECE in per cent"])
        let figures = answers.groups.enumerated().map { index, group in
            var all = Calibration()
            let spread = group.spread { run in
                var own = Calibration()
                for row in answers.labelled {
                    let isRight = run.predicted[row] == answers.gold[row]
                    own.add(confidence: run.confidence[row], isRight: isRight)
                    all.add(confidence: run.confidence[row], isRight: isRight)
                }
                return 100 * own.error
            }
            errors.add(group.name, [spread.text])
            var numbers = Table(
                title("Reliability", index), "highest probability", ["utterances", "mean probability", "accuracy"])
            for (place, bin) in all.bins.enumerated() where bin.count > 0 {
                let edges = [place, place + 1].map { Double($0) / Double(Calibration.binCount) }
                numbers.add(
                    String(format: "%.3f to %.3f", edges[0], edges[1]),
                    [
                        "\(bin.count)", String(format: "%.3f", bin.meanConfidence),
                        String(format: "%.3f", bin.accuracy),
                    ])
            }
            return Figure(
                name("reliability", index), title("Reliability", index),
                description:
                    "Accuracy by the highest probability, in \(Calibration.binCount) bins. The expected calibration error is "
                    + "\(spread.text) per cent.", all.drawing, numbers: numbers)
        }
        return Section(
            "calibration", "Calibration",
            [
                .paragraph(
                    "Bars: the accuracy of the answers whose highest probability lies in a bin. Lines: their mean probability. Where the bar ends "
                        + "below the line, the model is too sure. The expected calibration error is the distance of both, weighted by the "
                        + "utterances of the \(Calibration.binCount) bins."),
                .gallery(Gallery(figures)), .table(errors),
            ])
    }

    // MARK: Lengths, positions, speakers

    var breakdown: Section {
        var (lengths, positions) = ([Int: [Int]](), [Int: [Int]]())
        for dialogue in answers.dialogues {
            for row in dialogue where answers.gold[row] >= 0 {
                lengths[dialogue.count, default: []].append(row)
                positions[row - dialogue.lowerBound + 1, default: []].append(row)
            }
        }
        return Section(
            "breakdown", "Accuracy by length, position and speaker",
            [
                .gallery(
                    Gallery([
                        accuracy("by-length", "Accuracy by the length of the dialogue", "turns", Self.binned(lengths)),
                        accuracy(
                            "by-position", "Accuracy by the position in the dialogue", "turn", Self.binned(positions)),
                        accuracy("by-speaker", "Accuracy by speaker", "speaker", speakers),
                    ]))
            ])
    }

    private typealias Part = (name: String, rows: [Int])

    /// Numbers from 1 in bins that grow, as there are few long dialogues.
    private static func binned(_ rows: [Int: [Int]]) -> [Part] {
        let bins = [1...5, 6...10, 11...20, 21...40, 41...80, 81...Int.max]
        return bins.compactMap { bin in
            let found = rows.filter { bin.contains($0.key) }.values.flatMap { $0 }
            let name = bin.upperBound == .max ? "\(bin.lowerBound) or more" : "\(bin.lowerBound) to \(bin.upperBound)"
            return found.isEmpty ? nil : (name, found)
        }
    }

    /// Those who say most, and all others together.
    private var speakers: [Part] {
        var found: [(name: String, rows: [Int])] = []
        var places: [[UInt8]: Int] = [:]
        for row in answers.labelled {
            let name = answers.rows[row].speaker
            let place = places[Array(name.utf8), default: found.count]
            if place == found.count {
                places[Array(name.utf8)] = place
                found.append((name, []))
            }
            found[place].rows.append(row)
        }
        let order = found.indices.sorted { (found[$1].rows.count, $0) < (found[$0].rows.count, $1) }.map { found[$0] }
        let most = 10
        guard order.count > most + 1 else { return order }
        let others = order.dropFirst(most)
        return Array(order.prefix(most)) + [("\(others.count) others", others.flatMap(\.rows))]
    }

    private func accuracy(_ name: String, _ title: String, _ first: String, _ parts: [Part]) -> Figure {
        let rows = parts.map { part in
            DotChart.Row(
                name: part.name, detail: "n = \(part.rows.count)",
                values: answers.groups.map { answers.accuracy(of: $0, over: part.rows) })
        }
        var numbers = Table(title, first, ["utterances"] + groups)
        for (row, part) in zip(rows, parts) {
            numbers.add(row.name, ["\(part.rows.count)"] + row.values.map { $0?.text ?? "" })
        }
        let words = rows.map { row in "\(row.name): " + row.values.map { $0?.text ?? "" }.joined(separator: " and ") }
        let chart = DotChart(groups: groups, rows: rows, xTitle: "accuracy in per cent", range: 0...100)
        return Figure(
            name, title, description: words.joined(separator: "; ") + ".", chart.drawing, numbers: numbers)
    }

    // MARK: Shifts of emotion

    var shifts: Section {
        var blocks: [Block] = [
            .paragraph(
                "A shift: the gold class is another than that of an earlier turn of the dialogue. Noticed: the answer changes too. Followed: "
                    + "both answers are right. Justified: of the changes of the answer, those where the gold class changes."
            )
        ]
        var figures: [Figure] = []
        for (place, before) in EmotionShift.Before.allCases.enumerated() {
            let shift = EmotionShift(answers, from: before)
            let parts = [("shift", shift.shifted), ("no shift", shift.steady)].filter { !$0.1.isEmpty }
            guard !parts.isEmpty else { continue }
            figures.append(
                accuracy("by-shift-\(place + 1)", "Accuracy by shift from \(before.rawValue)", "turns", parts))
            var table = Table(
                "Shifts from \(before.rawValue), in per cent", "group", ["shifts", "noticed", "followed", "justified"])
            for group in answers.groups {
                func cell(_ figure: (RunAnswers.Run) -> Double?) -> String {
                    let values = group.runs.compactMap(figure)
                    return values.isEmpty ? "none" : Spread(values).text
                }
                table.add(
                    group.name,
                    ["\(shift.shifted.count)", cell(shift.noticed), cell(shift.followed), cell(shift.justified)])
            }
            blocks.append(.table(table))
        }
        if figures.isEmpty {
            blocks = [.paragraph("No two turns of a dialogue have a gold class.")]
        } else {
            blocks.insert(.gallery(Gallery(figures)), at: 1)
        }
        return Section("shifts", "Shifts of emotion", blocks)
    }
}
