import FeatureStore
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Training

/// What has no labels is neither trained on nor scored; labels that are no classes are refused.
@Suite struct UnlabelledTests {
    private func unlabel(_ splits: Set<Int>) -> (inout StoreManifest) -> Void {
        { manifest in
            var row = 0
            for dialogue in manifest.dialogues {
                if splits.contains(dialogue.split) {
                    for index in row..<row + dialogue.utteranceCount { manifest.labels[index] = -1 }
                }
                row += dialogue.utteranceCount
            }
        }
    }

    @Test(arguments: [(0, "train", "be trained on"), (1, "valid", "choose an epoch")])
    func aRunNeedsLabels(split: Int, name: String, purpose: String) throws {
        let tiny = try TinyRun(changing: unlabel([split]))
        let error = #expect(throws: TrainingError.self) { try TrainingRun.start(tiny.plan("run")) }
        #expect(error?.kind == .data)
        #expect(
            error?.description.contains("no utterance of split \(name) has a label, so it cannot \(purpose)") == true)
    }

    /// Their table of confusions would fill the memory.
    @Test func moreClassesThanARunTakesAreRefused() throws {
        let tiny = try TinyRun { $0.labelNames += ($0.labelNames.count..<20_000).map { "class \($0)" } }
        let error = #expect(throws: TrainingError.self) { try TrainingRun.start(tiny.plan("run")) }
        #expect(error?.kind == .data)
        #expect(error?.description.contains("has 20000 classes and a run takes at most 4096") == true)
    }

    @Test func aTestSplitWithoutLabelsHasNoScore() throws {
        let tiny = try TinyRun(changing: unlabel([2]))
        let folder = try tiny.train("run")
        let text = try String(contentsOfFile: folder.result, encoding: .utf8)
        let result = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let keys = [
            "weighted_f1", "accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "log_loss", "calibration_error",
        ]
        for key in keys { #expect(result[key] is NSNull, "\(key)") }
        let classes = try #require(result["per_class"] as? [[String: Any]])
        for key in ["precision", "recall", "f1"] {
            #expect(classes.count == 3 && classes.allSatisfy { $0[key] is NSNull }, "\(key)")
        }
        let read = try JSONDecoder().decode(RunResult.self, from: Data(text.utf8))
        #expect(read.weightedF1 == nil && read.table.contains("no labels"))
        #expect(!read.table.contains("0.00"))
    }

    /// A lone carriage return ends a line for many readers of CSV.
    @Test(arguments: ["a\rb", "a\nb", "a\r\nb", "a\"b", "a,b"]) func predictionsStayATable(id: String) throws {
        let tiny = try TinyRun { $0.utteranceIDs[$0.utteranceIDs.count - 1] = id }
        let folder = try tiny.train("run")
        let text = try String(contentsOfFile: folder.predictions, encoding: .utf8)
        #expect(text.contains(",\"\(id.replacing("\"", with: "\"\""))\","))
    }
}
