import Metrics
import Testing

@testable import Training

@Suite struct RunResultTests {
    @Test func tableNamesEveryClassAndFigure() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 2, gold: [0, 0, 1], predicted: [0, 1, 1]))
        let probabilities = ProbabilityMetrics(
            classes: 2, gold: [0, 0, 1], logProbabilities: [-0.5, -0.9, -0.9, -0.5, -0.9, -0.5])
        let table = RunResult(
            metrics, probabilities: probabilities, classNames: ["happy", "sad"], chosenEpoch: 3, split: "test",
            microF1Without: ClassNames(["sad"])
        ).table
        #expect(
            table == """
                test, epoch 3, in per cent

                class              precision     recall         F1    support
                happy                 100.00      50.00      66.67          2
                sad                    50.00     100.00      66.67          1

                accuracy                                     66.67
                balanced accuracy                            75.00
                weighted F1                                  66.67
                macro F1                                     66.67
                micro F1                                     66.67
                calibration error                             6.01

                micro F1 leaves out sad
                log-loss 0.6333, with natural logarithms

                confusion (row: gold, column: predicted)
                             happy   sad
                happy            1     1
                sad              0     1
                """)
    }

    /// What an older vuemo wrote has no balanced accuracy and nothing of probabilities.
    @Test func readsOlderFiles() throws {
        let old = """
            {"accuracy": 66.67, "chosen_epoch": 3, "confusion": [[1, 1], [0, 1]], "macro_f1": 66.67, "per_class": [
              {"f1": 66.67, "name": "happy", "precision": 100, "recall": 50, "support": 2},
              {"f1": 66.67, "name": "sad", "precision": 50, "recall": 100, "support": 1}
            ], "split": "test", "weighted_f1": 66.67}
            """
        let result = try JSON.decode(RunResult.self, old)
        #expect(result.balancedAccuracy == 75 && result.logLoss == nil && result.calibrationError == nil)
        #expect(result.microF1Without.isEmpty && result.microF1 == nil)
        let again = try JSON.decode(RunResult.self, result.json)
        #expect(again == result)
    }

    /// A store may call its classes anything.
    @Test func namesDoNotBreakTheTable() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 2, gold: [0, 1], predicted: [0, 1]))
        let names = ["mixed feelings\nabout it", "怒り"]
        let lines = RunResult(metrics, classNames: names, chosenEpoch: 1, split: "test").table.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[3].hasPrefix("mixed feelings\\nabout it ") && lines[4].hasPrefix("怒り  "))
        #expect(lines.count == 16 && lines[13].contains("mixed fee…"))
    }
}
