import Metrics
import Testing

@testable import Training

@Suite struct RunResultTests {
    @Test func tableNamesEveryClassAndFigure() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 2, gold: [0, 0, 1], predicted: [0, 1, 1]))
        let table = RunResult(metrics, classNames: ["happy", "sad"], chosenEpoch: 3, split: "test").table
        for part in [
            "test, epoch 3", "happy", "sad", "precision", "recall", "F1", "support", "weighted F1", "66.67",
            "confusion",
        ] {
            #expect(table.contains(part), "\(part) is missing from\n\(table)")
        }
    }
}
