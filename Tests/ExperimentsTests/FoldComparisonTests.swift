import Configuration
import FeatureStore
import Foundation
import Metrics
import Models
import TestSupport
import Testing
import Training

@testable import Experiments

/// Runs on the folds of one division: paired by fold, summed up over folds and pooled.
@Suite struct FoldComparisonTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 6, valid: 2, test: 4)
        try synthetic.write(to: folder.file("store.h5"))
        store = try Store(opening: folder.file("store.h5"))
    }

    private func train(_ name: String, _ settings: String...) throws -> FinishedRun {
        let assignments = ["model.name=gru", "model.hiddenSize=8", "training.epochs=2", "optimizer.learningRate=0.01"]
        let configuration = try RunConfiguration.resolve(
            dataset: DatasetFacts(store), preset: nil,
            assignments: (assignments + settings).map { try ConfigurationAssignment(setting: $0) }, threads: 1,
            models: .all)
        let run = try TrainingRun.start(
            .init(store: store, configuration: configuration, output: folder.file(name), toolVersion: "1"))
        _ = try run.run()
        return try FinishedRun(RunFolder(folder.file(name)), models: .all)
    }

    private func folds(_ name: String, seed: Int = 1, _ settings: String...) throws -> [FinishedRun] {
        try (1...3).map { fold in
            let all = ["data.folds=3", "data.fold=\(fold)", "training.seed=\(seed)"] + settings
            let assignments = [
                "model.name=gru", "model.hiddenSize=8", "training.epochs=2", "optimizer.learningRate=0.01",
            ]
            let configuration = try RunConfiguration.resolve(
                dataset: DatasetFacts(store), preset: nil,
                assignments: (assignments + all).map { try ConfigurationAssignment(setting: $0) }, threads: 1,
                models: .all)
            let place = folder.file("\(name)-\(seed)-\(fold)")
            let run = try TrainingRun.start(
                .init(store: store, configuration: configuration, output: place, toolVersion: "1"))
            _ = try run.run()
            return try FinishedRun(RunFolder(place), models: .all)
        }
    }

    /// The metrics of predictions, counted from the rows of their files.
    private func metrics(_ runs: [FinishedRun]) -> ClassificationMetrics {
        let names = runs[0].classes
        let rows = runs.flatMap(\.predictions.rows)
        func numbers(_ value: (RunPredictions.Row) -> String) -> [Int32] {
            rows.map { Int32(names.firstIndex(of: value($0)) ?? -1) }
        }
        return ClassificationMetrics(
            ConfusionMatrix(classes: names.count, gold: numbers(\.gold), predicted: numbers(\.predicted)))
    }

    @Test func foldsAreOneGroupWithAPooledScore() throws {
        let runs = try folds("a")
        let comparison = try RunComparison(runs.reversed())
        #expect(comparison.keys == [] && comparison.groups.count == 1 && comparison.tests.isEmpty)
        let group = comparison.groups[0]
        #expect(group.runs.map(\.part.fold) == [1, 2, 3])
        let scores = runs.map { $0.result.weightedF1! }
        #expect(abs(group.scores[0].mean - scores.mean) < 1e-9)
        #expect(abs(try #require(group.scores[0].sd) - scores.standardDeviation) < 1e-9)
        let pooled = try #require(group.pooled)
        let expected = metrics(runs)
        #expect(pooled.map(\.name) == group.scores.map(\.name))
        #expect(pooled[0].mean == percentage(expected.weightedF1) && pooled[0].sd == nil)
        #expect(pooled[1].mean == percentage(expected.accuracy) && pooled[2].mean == percentage(expected.macroF1))
        for index in 0..<3 { #expect(pooled[4 + index].mean == percentage(expected.perClass[index].f1)) }
        #expect(expected.confusion.total == store.utteranceCount)
        // Counted on each fold's train dialogues, and no other kind of run for that.
        #expect(Set(runs.map { $0.value(of: "training.classFrequencies") }).count > 1)
        #expect(group.hashes.count == 1)

        for form in RunComparison.Form.allCases {
            let text = try comparison.written(as: form)
            #expect(text.contains("pooled"), "\(form)")
            #expect(text.contains(form == .json || form == .csv ? store.contentID : String(store.contentID.prefix(12))))
        }
        let lines = try comparison.written(as: .text).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
        #expect(
            try comparison.written(as: .markdown).contains("test is each of 3 folds (split seed 0); protocol sound"))
        let partial = try RunComparison(Array(runs.prefix(2)))
        #expect(try partial.written(as: .text).contains("gru: 2 of 3 folds only"))
    }

    @Test func foldsArePairedWithEqualFolds() throws {
        let (first, second) = (try folds("a"), try folds("b", "optimizer.learningRate=0.1"))
        let comparison = try RunComparison(first + second.reversed(), rounds: 200)
        #expect(comparison.keys == ["optimizer.learningRate"] && comparison.tests.count == 1)
        let test = comparison.tests[0]
        #expect(test.seeds == [1, 1, 1] && comparison.testRows[0][1] == "3")
        #expect(try #require(comparison.testNote).contains("runs paired by seed and part of the dialogues"))
        let differences = zip(second, first).map { $0.result.weightedF1! - $1.result.weightedF1! }
        #expect(abs(test.difference - differences.mean) < 1e-9)
        let expected = PairedTests.t(second.map { $0.result.weightedF1! }, first.map { $0.result.weightedF1! })?.p
        #expect(test.t == expected)
        // Every utterance is in one pair: McNemar's test is over all of them.
        let right = zip(second, first).flatMap { a, b in
            zip(a.predictions.rows, b.predictions.rows).map { ($0.predicted == $0.gold, $1.predicted == $1.gold) }
        }
        let mcNemar = PairedTests.mcNemar(
            onlyFirst: right.count { $0.0 && !$0.1 }, onlySecond: right.count { !$0.0 && $0.1 })
        #expect(test.mcNemar == mcNemar.p)

        let seeds = try RunComparison(first + folds("a", seed: 2), rounds: 10)
        let pooled = try #require(seeds.groups[0].pooled?[0])
        #expect(seeds.groups.count == 1 && seeds.groups[0].runs.count == 6 && pooled.sd != nil)
        let (one, two) = (metrics(first), metrics(Array(seeds.groups[0].runs.suffix(3))))
        #expect(abs(pooled.mean - (percentage(one.weightedF1) + percentage(two.weightedF1)) / 2) < 1e-9)
    }

    private func refusal(_ runs: [FinishedRun]) -> String {
        do {
            _ = try RunComparison(runs, rounds: 10)
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test func otherDivisionsAndOtherClassesAreRefused() throws {
        let fold = try train("fold", "data.folds=3", "data.fold=1")
        let whole = try train("whole")
        let chosen = try train("chosen", "data.classes=\"class 0,class 1,class 2\"", "data.folds=3", "data.fold=1")
        let seeded = try train("seeded", "data.folds=3", "data.fold=1", "data.splitSeed=5")
        #expect(refusal([fold, whole]).contains("divide the dialogues in other ways"))
        #expect(refusal([fold, seeded]).contains("divide the dialogues in other ways"))
        #expect(refusal([fold, chosen]).contains("have other classes"))
        #expect(refusal([fold, fold]).contains("the same seed 1475 and the same part of the dialogues"))
    }
}
