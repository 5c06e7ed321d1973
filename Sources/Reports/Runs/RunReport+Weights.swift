import ConversationModels
import Training

/// What the models learnt that can be read.
extension RunReport {
    /// Nil where no model has such weights.
    var weights: Section? {
        var (notes, found) = ([Block](), [[[ReadableWeights]]]())
        for group in comparison.groups {
            var runs: [[ReadableWeights]] = []
            for run in group.runs {
                do {
                    let models = run.record.configuration.models
                    runs.append(try TrainedRun(run.folder, models: models, ownStore: sentences.store).readableWeights)
                } catch {
                    // Nothing else of the page needs the checkpoint.
                    notes.append(.note("The weights of a run are missing: \(error)"))
                }
            }
            found.append(runs)
        }
        let all = found.joined().joined()
        let titles = unique(all.map(\.title))
        guard !titles.isEmpty || !notes.isEmpty else { return nil }
        let blocks = titles.enumerated().flatMap { index, title -> [Block] in
            let own = found.map { runs in runs.flatMap { $0 }.filter { $0.title == title } }
            let first = all.first { $0.title == title }!
            let rows = unique(own.joined().flatMap { $0.values.map(\.name) }).map { name in
                DotChart.Row(
                    name: name,
                    values: own.map { runs in
                        let values = runs.flatMap { $0.values.filter { $0.name == name }.map(\.value) }
                        return values.isEmpty ? nil : Spread(values)
                    })
            }
            var numbers = Table(title, "weight", groups)
            for row in rows { numbers.add(row.name, row.values.map { $0?.weightText ?? "" }) }
            let words = rows.map { row in
                "\(row.name): " + row.values.map { $0?.weightText ?? "none" }.joined(separator: " and ")
            }
            // From 0, so that weights that are nearly equal look so.
            let ends = [0] + rows.flatMap(\.values).compactMap { $0 }.flatMap(\.ends)
            let chart = DotChart(
                groups: groups, rows: rows, xTitle: first.measure, range: ends.min()!...ends.max()!, format: "%.3g")
            return [
                .gallery(
                    Gallery([
                        Figure(
                            "weights-\(index + 1)", title, description: words.joined(separator: "; ") + ".",
                            chart.drawing, numbers: numbers)
                    ])), .paragraph(first.meaning),
            ]
        }
        return Section("weights", "Learnt weights", notes + blocks)
    }

    /// In their order.
    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
