import Metrics

extension RunComparison.Group {
    /// The scores of all parts' predictions together, as one table of confusions: their mean over seeds.
    static func pooled(_ runs: [FinishedRun]) -> [RunComparison.Score] {
        let classes = runs[0].classes
        let metrics = Dictionary(grouping: runs, by: \.seed).sorted { $0.key < $1.key }.map { _, runs in
            var sum = ConfusionMatrix(classes: classes.count)
            for run in runs {
                for (gold, row) in run.result.confusion.enumerated() {
                    for (predicted, count) in row.enumerated() {
                        for _ in 0..<count { sum.record(gold: gold, predicted: predicted) }
                    }
                }
            }
            return ClassificationMetrics(sum)
        }
        func score(_ name: String, _ value: (ClassificationMetrics) -> Double) -> RunComparison.Score {
            let values = metrics.map { percentage(value($0)) }
            return RunComparison.Score(
                name: name, mean: values.mean, sd: values.count > 1 ? values.standardDeviation : nil)
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
            let there = Set(group.runs.map(\.part.fold))
            guard folds > there.count else { continue }
            notes.append("\(group.name): \(there.count) of \(folds) folds only")
        }
        return notes
    }
}
