import Metrics

extension RunComparison.Group {
    /// The scores of all parts' predictions together, as one table of confusions: their mean over seeds.
    static func pooled(_ runs: [FinishedRun]) -> [RunComparison.Score] {
        let classes = runs[0].classes
        let metrics = Dictionary(grouping: runs, by: \.seed).sorted { $0.key < $1.key }.map { _, runs in
            let rows = runs.flatMap(\.predictions.rows)
            return ClassificationMetrics(
                ConfusionMatrix(
                    classes: classes.count, gold: runs[0].numbers(of: rows.map(\.gold)),
                    predicted: runs[0].numbers(of: rows.map(\.predicted))))
        }
        func score(_ name: String, _ value: (ClassificationMetrics) -> Double) -> RunComparison.Score {
            RunComparison.Score(name, over: metrics.map { percentage(value($0)) })
        }
        return [
            score("W-F1", \.weightedF1), score("accuracy", \.accuracy), score("macro-F1", \.macroF1),
            score("UA", \.balancedAccuracy),
        ]
            + classes.indices.map { index in score("F1 " + classes[index]) { $0.perClass[index].f1 } }
    }
}

extension RunComparison {
    /// What is to be said of folds: what pooled means, and which are missing.
    var foldNotes: [String] {
        guard groups.contains(where: { $0.pooled != nil }) else { return [] }
        var notes = [
            "pooled: all folds' predictions as one table of confusions. ± is over runs, and over seeds for pooled. Folds share train "
                + "dialogues, so that p t and p Wilcoxon over them tend to be too small."
        ]
        for group in groups {
            let folds = group.runs.map { $0.record.configuration.data.folds }.max() ?? 0
            let bySeed = Dictionary(grouping: group.runs, by: \.seed).values
            let there = bySeed.map { Set($0.map(\.part.fold)).count }.min() ?? 0
            guard folds > there else { continue }
            notes.append("\(group.name): \(there) of \(folds) folds only\(bySeed.count > 1 ? " for some seed" : "")")
        }
        return notes
    }
}
