import FeatureStore
import Foundation
import TestSupport
import Testing

/// Stores at the edge of what can be trained on: each trains or is refused in one sentence, in both variants of VUEMO.
@Suite struct EdgeCaseTests {
    static let variants = ["released", "corrected"]
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func train(
        _ variant: String, _ synthetic: SyntheticStore = SyntheticStore(), options: [String] = [],
        changing: (inout StoreManifest) -> Void = { _ in }
    ) throws -> BuiltProduct.Outcome {
        try synthetic.write(to: folder.file("store.h5"), changing: changing)
        return try BuiltProduct.run(
            "vuemo",
            ["train", folder.file("store.h5"), "--output", folder.file("run"), "--quiet", "--variant", variant]
                + TrainCommandTests.small + ["--epochs", "2"] + options)
    }

    private func expectTrained(_ outcome: BuiltProduct.Outcome) throws {
        #expect(outcome.status == 0, "\(outcome.errors)")
        let text = try String(contentsOfFile: folder.file("run/result.json"), encoding: .utf8)
        let result = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(result?["weighted_f1"] is Double)
        let metrics = try String(contentsOfFile: folder.file("run/metrics.jsonl"), encoding: .utf8)
        #expect(metrics.split(separator: "\n").count == 2)
        #expect(!(metrics + text).contains("nan") && !(metrics + text).contains("inf"))
    }

    private func expectRefused(_ outcome: BuiltProduct.Outcome, _ words: String) {
        #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
    }

    /// Changes the labels of the utterances of some splits.
    private func relabel(
        _ splits: Set<Int>, _ label: @escaping (Int32) -> Int32
    ) -> (inout StoreManifest) -> Void {
        { manifest in
            var row = 0
            for dialogue in manifest.dialogues {
                for index in row..<row + dialogue.utteranceCount where splits.contains(dialogue.split) {
                    manifest.labels[index] = label(manifest.labels[index])
                }
                row += dialogue.utteranceCount
            }
        }
    }

    @Test(arguments: variants) func aClassThatTrainHasNotIsTold(variant: String) throws {
        let outcome = try train(variant, changing: relabel([0]) { $0 == 2 ? 0 : $0 })
        try expectTrained(outcome)
        #expect(
            outcome.errors.contains("no utterance of train is of the class class 2, so the model cannot learn it; "))
    }

    @Test(arguments: variants) func aSpeakerWhomTrainHasNotIsTold(variant: String) throws {
        var synthetic = SyntheticStore()
        (synthetic.speakers, synthetic.speakerScope) = (3, .corpus)
        let outcome = try train(variant, synthetic) { manifest in
            var row = 0
            for dialogue in manifest.dialogues {
                for index in row..<row + dialogue.utteranceCount {
                    manifest.speakers[index] = dialogue.split == 2 ? 2 : UInt32(index % 2)
                }
                row += dialogue.utteranceCount
            }
        }
        try expectTrained(outcome)
        #expect(outcome.errors.contains("1 speaker of test ("))
        #expect(outcome.errors.contains("never speak in train") && outcome.errors.split(separator: "\n").count == 1)
        #expect(!outcome.errors.contains("of valid"))
    }

    @Test(arguments: variants) func oneDialogueInEachSplit(variant: String) throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 1, valid: 1, test: 1)
        try expectTrained(train(variant, synthetic))
    }

    @Test(arguments: variants) func oneDialogueInAll(variant: String) throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 1, valid: 0, test: 0)
        expectRefused(try train(variant, synthetic), "has no dialogues in split test, which a run needs to test")
        expectRefused(
            try train(variant, synthetic, options: ["--folds", "2", "--fold", "1"]),
            "1 dialogue cannot be divided into 2 parts")
    }

    @Test(arguments: variants) func oneClass(variant: String) throws {
        var synthetic = SyntheticStore()
        synthetic.classes = 1
        expectRefused(try train(variant, synthetic), "the run has one class only ('class 0')")
    }

    @Test(arguments: variants) func oneSpeakerAndDialoguesOfOneUtterance(variant: String) throws {
        var synthetic = SyntheticStore()
        (synthetic.speakers, synthetic.utterances) = (1, 1...1)
        try expectTrained(train(variant, synthetic))
    }

    @Test(arguments: variants, [1, 4096]) func narrowAndWideFeatures(variant: String, width: Int) throws {
        var synthetic = SyntheticStore()
        (synthetic.textWidth, synthetic.audioWidth, synthetic.visualWidth) = (width, width, width)
        try expectTrained(train(variant, synthetic))
    }

    @Test(arguments: variants) func noSplitValid(variant: String) throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 6, valid: 0, test: 3)
        expectRefused(try train(variant, synthetic), "take it from train with --valid-from train:0.1")
        try expectTrained(train(variant, synthetic, options: ["--valid-from", "train:0.3"]))
    }

    @Test(arguments: variants) func aTestSplitWithoutLabelsHasNoScore(variant: String) throws {
        let outcome = try train(variant, changing: relabel([2]) { _ in -1 })
        #expect(outcome.status == 0 && outcome.errors.contains("no utterance of test has a label"), "\(outcome.errors)")
        #expect(outcome.output.contains("no labels"))
        for line in outcome.output.split(separator: "\n") where line.hasPrefix("accuracy") || line.hasPrefix("weighted")
        {
            #expect(!line.contains("0.00"))
        }
        let text = try String(contentsOfFile: folder.file("run/result.json"), encoding: .utf8)
        #expect(text.contains("\"weighted_f1\" : null"))
        expectRefusedComparison()
    }

    private func expectRefusedComparison() {
        let told = try? BuiltProduct.run("vuemo", ["compare", folder.file("run")])
        #expect(told?.status == 2 && told?.errors.contains("has no labels, so there is nothing to compare") == true)
    }

    @Test(arguments: variants) func noLabelsOfTheChosenClassesInTrain(variant: String) throws {
        let changing = relabel([0]) { _ in 0 }
        expectRefused(
            try train(variant, options: ["--classes", "class 1,class 2"], changing: changing),
            "no utterance of split train has a label of the run's classes")
    }
}
