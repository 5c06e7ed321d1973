import Configuration
import FeatureStore
import Foundation
import Models
import TestSupport
import Testing
import Training

@testable import Experiments

/// Four runs of the smallest models: two variants with two seeds each.
private struct Runs {
    let folder: TemporaryFolder
    let store: Store

    init(seed: UInt64 = 1) throws {
        folder = try TemporaryFolder()
        var synthetic = SyntheticStore()
        synthetic.seed = seed
        synthetic.dialogues = (train: 4, valid: 2, test: 5)
        try synthetic.write(to: folder.file("store.h5"))
        store = try Store(opening: folder.file("store.h5"))
    }

    func train(_ name: String, _ settings: String...) throws -> FinishedRun {
        let assignments = ["model.hiddenSize=8", "training.epochs=2", "optimizer.learningRate=0.01"] + settings
        let configuration = try RunConfiguration.resolve(
            dataset: DatasetFacts(store), preset: nil,
            assignments: assignments.map { try ConfigurationAssignment(setting: $0) }, threads: 1, models: .all)
        let run = try TrainingRun.start(
            .init(store: store, configuration: configuration, output: folder.file(name), toolVersion: "1"))
        _ = try run.run()
        return try FinishedRun(RunFolder(folder.file(name)), models: .all)
    }
}

@Suite struct RunComparisonTests {
    /// Another model has other keys, and none of these is a difference that a reader looks for.
    @Test func severalModelsAreCalledByTheirNames() throws {
        let runs = try Runs()
        let folder = runs.folder.path
        _ = try runs.train("a", "model.name=bclstm")
        for (name, dropout) in [("b", "0.25"), ("c", "0.125")] {
            _ = try runs.train(name, "model.name=gru", "model.dropout=\(dropout)")
        }
        let folders = RunFolder.runs(at: folder)
        #expect(folders.map(\.path) == ["a", "b", "c"].map { "\(folder)/\($0)" })
        #expect(RunFolder.runs(at: folders[0].path) == [folders[0]] && RunFolder.runs(at: "/nowhere").count == 1)
        let comparison = try RunComparison(folders.map { try FinishedRun($0, models: .all) }, rounds: 20)
        #expect(comparison.groups.map(\.name) == ["bclstm", "gru, dropout=0.25", "gru, dropout=0.125"])
    }

    @Test func groupsScoresAndTests() throws {
        let runs = try Runs()
        let all = try [
            runs.train("r1", "training.seed=1"), runs.train("r2", "training.seed=2"),
            runs.train("c2", "training.seed=2", "model.variant=corrected"),
            runs.train("c1", "training.seed=1", "model.variant=corrected"),
        ]
        let comparison = try RunComparison(all, rounds: 200)
        #expect(comparison.keys == ["model.variant"])
        #expect(comparison.groups.map(\.name) == ["released", "corrected"])
        #expect(comparison.groups.allSatisfy { $0.runs.map(\.seed) == [1, 2] && !$0.isChosenOnTest })
        let scores = comparison.groups[0].scores
        let (a, b) = (all[0].result.weightedF1!, all[1].result.weightedF1!)
        #expect(scores.map(\.name) == ["W-F1", "accuracy", "macro-F1", "UA", "F1 class 0", "F1 class 1", "F1 class 2"])
        #expect(abs(scores[0].mean - (a + b) / 2) < 1e-9)
        #expect(abs(try #require(scores[0].sd) - abs(a - b) / 2.squareRoot()) < 1e-9)
        let test = try #require(comparison.tests.first)
        #expect(comparison.tests.count == 1 && test.reference == "released" && test.seeds == [1, 2])
        let expected = (all[3].result.weightedF1! - a + all[2].result.weightedF1! - b) / 2
        #expect(abs(test.difference - expected) < 1e-9)
        #expect(test.mcNemar == nil && test.corrected == test.dialogues)
        // Equal runs give equal figures: nothing is drawn anew.
        #expect(try RunComparison(all, rounds: 200).written(as: .json) == comparison.written(as: .json))

        let single = try RunComparison([all[0], all[3]], by: ["variant"], reference: "corrected", rounds: 50)
        #expect(single.tests[0].reference == "variant=corrected" && single.tests[0].mcNemar != nil)
        #expect(single.tests[0].t == nil && single.tests[0].wilcoxon == nil && single.groups[0].scores[0].sd == nil)

        for form in RunComparison.Form.allCases {
            let text = try comparison.written(as: form)
            #expect(text.contains("released") && text.contains("corrected"), "\(form)")
        }
        let lines = try comparison.written(as: .text).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("UA  ") })
        let latex = try comparison.written(as: .latex)
        #expect(
            latex.contains("\\toprule") && latex.contains("\\boldmath") && latex.contains("released & 2 & "))
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test func whatDoesNotGoTogetherIsRefused() throws {
        let (runs, others) = (try Runs(), try Runs(seed: 2))
        let run = try runs.train("a", "training.seed=1")
        let other = try others.train("b", "training.seed=1")
        #expect(refusal { _ = try RunComparison([run, other]) }.contains("were trained on other data"))
        let twin = try runs.train("c", "training.seed=1")
        #expect(refusal { _ = try RunComparison([run, twin]) }.contains("with the same seed 1"))
        let seed2 = try runs.train("d", "training.seed=2", "model.variant=corrected")
        #expect(refusal { _ = try RunComparison([run, seed2]) }.contains("no seed in common"))
        #expect(refusal { _ = try RunComparison([run], by: ["colour"]) }.contains("'colour' is no key"))
        #expect(refusal { _ = try RunComparison([run], reference: "x") }.contains("names no group"))
        #expect(refusal { _ = try RunComparison([]) }.contains("no runs"))

        try FileManager.default.removeItem(atPath: run.folder.result)
        #expect(refusal { _ = try FinishedRun(run.folder, models: .all) }.contains("has not ended"))
        #expect(refusal { _ = try FinishedRun(RunFolder("/nowhere"), models: .all) }.contains("is no run folder"))
        try "dialogue,utterance,speaker,gold,predicted\n\"a,b".write(
            toFile: twin.folder.predictions, atomically: true, encoding: .utf8)
        #expect(refusal { _ = try FinishedRun(twin.folder, models: .all) }.contains("ends within a record"))
    }

    @Test func whatIsChosenOnTestIsMarked() throws {
        let runs = try Runs()
        let paper = try runs.train("p", "training.protocol=paper")
        let comparison = try RunComparison([paper])
        #expect(comparison.groups[0].isChosenOnTest && comparison.tests.isEmpty)
        for form in [RunComparison.Form.text, .markdown] {
            #expect(try comparison.written(as: form).contains("† the epochs were chosen on test"))
        }
        #expect(try comparison.written(as: .latex).contains("\\dag"))
        #expect(try comparison.written(as: .json).contains("\"chosen_on_test\" : true"))
    }
}
