import Metrics
import Testing

@testable import Training

@Suite struct RunResultTests {
    @Test func tableNamesEveryClassAndFigure() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 2, gold: [0, 0, 1], predicted: [0, 1, 1]))
        let table = RunResult(metrics, classNames: ["happy", "sad"], chosenEpoch: 3, split: "test").table
        #expect(
            table == """
                test, epoch 3, in per cent

                class         precision     recall         F1    support
                happy            100.00      50.00      66.67          2
                sad               50.00     100.00      66.67          1

                accuracy                                66.67
                weighted F1                             66.67
                macro F1                                66.67

                confusion (row: gold, column: predicted)
                             happy   sad
                happy            1     1
                sad              0     1
                """)
    }

    /// A store may call its classes anything.
    @Test func namesDoNotBreakTheTable() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 2, gold: [0, 1], predicted: [0, 1]))
        let names = ["mixed feelings\nabout it", "怒り"]
        let lines = RunResult(metrics, classNames: names, chosenEpoch: 1, split: "test").table.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[3].hasPrefix("mixed feelings\\nabout it ") && lines[4].hasPrefix("怒り  "))
        #expect(lines.count == 14 && lines[11].contains("mixed fee…"))
    }
}
