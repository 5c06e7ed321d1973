import TestSupport
import Tensors
import Testing

@testable import Metrics

/// Expected values come from scikit-learn's f1_score, accuracy_score, balanced_accuracy_score and precision_recall_fscore_support
/// (zero_division=0).
@Suite struct ClassificationMetricsTests {
    @Test func agreesWithScikitLearnOnFourClasses() {
        let gold: [Int32] = [
            3, 0, 0, 0, 0, 3, 3, 2, 0, 0, 1, 1, 2, 1, 1, 0, 2, 2, 0, 0, 1, 1, 3, 2, 1, 1, 2, 2, 0, 2, 3, 3, 3, 1, 1, 2,
            2, 2, 3, 1,
        ]
        let predicted: [Int32] = [
            3, 0, 0, 3, 3, 1, 0, 1, 0, 3, 2, 2, 0, 1, 0, 3, 1, 0, 1, 2, 2, 1, 1, 0, 2, 2, 2, 3, 3, 0, 2, 2, 0, 1, 1, 2,
            1, 2, 2, 0,
        ]
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 4, gold: gold, predicted: predicted))
        #expect(metrics.confusion.rows == [[3, 1, 1, 5], [2, 4, 5, 0], [4, 3, 3, 1], [2, 2, 3, 1]])
        #expect(abs(metrics.weightedF1 - 0.27459627329192543) < 1e-15)
        #expect(abs(metrics.macroF1 - 0.2652173913043478) < 1e-15)
        #expect(abs(metrics.accuracy - 0.275) < 1e-15)
        #expect(abs(metrics.balancedAccuracy - 0.26534090909090907) < 1e-15)
        #expect(abs(metrics.microF1(without: [0]) - 0.2711864406779661) < 1e-15)
        #expect(abs(metrics.microF1(without: [1, 3]) - 0.2727272727272727) < 1e-15)
        #expect(metrics.microF1(without: []) == metrics.accuracy)
        #expect(metrics.microF1(without: [0, 1, 2, 3]) == 0)
        #expect(metrics.perClass.map(\.precision) == [0.2727272727272727, 0.4, 0.25, 0.14285714285714285])
        #expect(metrics.perClass.map(\.recall) == [0.3, 0.36363636363636365, 0.2727272727272727, 0.125])
        #expect(
            metrics.perClass.map(\.f1) == [
                0.2857142857142857, 0.38095238095238093, 0.2608695652173913, 0.13333333333333333,
            ])
        #expect(metrics.perClass.map(\.support) == [10, 11, 11, 8])
    }

    /// Class 2 and 5 occur nowhere, class 4 is only predicted: macro F1 averages over the four that occur, absent ones score 0.
    @Test func countsZeroDivisionAsZeroAndLeavesAbsentClassesOutOfMacro() {
        let gold: [Int32] = [0, 0, 1, 1, 1, 3, 3, 0, 1, 3]
        let predicted: [Int32] = [0, 1, 1, 1, 0, 3, 4, 0, 1, 1]
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 6, gold: gold, predicted: predicted))
        #expect(abs(metrics.weightedF1 - 0.6166666666666666) < 1e-15)
        #expect(abs(metrics.macroF1 - 0.4583333333333333) < 1e-15)
        #expect(metrics.accuracy == 0.6)
        // Recall of the three classes that are in the gold labels.
        #expect(abs(metrics.balancedAccuracy - 0.5833333333333333) < 1e-15)
        #expect(metrics.microF1(without: [3]) == 0.625)
        #expect(metrics.perClass[2] == ClassMetrics(precision: 0, recall: 0, f1: 0, support: 0))
        #expect(metrics.perClass[4] == ClassMetrics(precision: 0, recall: 0, f1: 0, support: 0))
    }

    @Test func skipsUtterancesWithoutALabel() {
        let matrix = ConfusionMatrix(classes: 2, gold: [0, -1, 1], predicted: [0, 1, 1])
        #expect(matrix.total == 2)
        #expect(ClassificationMetrics(matrix).accuracy == 1)
    }

    @Test func anEmptyMatrixScoresZero() {
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: 3))
        #expect(metrics.accuracy == 0 && metrics.weightedF1 == 0 && metrics.macroF1 == 0)
        #expect(metrics.balancedAccuracy == 0)
    }

    @Test(arguments: 0..<20) func propertiesHoldForRandomLabels(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let classes = 2 + Int.random(in: 0..<6, using: &generator)
        let count = 1 + Int.random(in: 0..<60, using: &generator)
        let gold = (0..<count).map { _ in Int32(Int.random(in: 0..<classes, using: &generator)) }
        let predicted = (0..<count).map { _ in Int32(Int.random(in: 0..<classes, using: &generator)) }
        let metrics = ClassificationMetrics(ConfusionMatrix(classes: classes, gold: gold, predicted: predicted))
        #expect(metrics.confusion.total == count)
        // Support-weighted recall is accuracy: the papers' "weighted accuracy".
        let recall = metrics.perClass.reduce(0) { $0 + $1.recall * Double($1.support) } / Double(count)
        #expect(abs(recall - metrics.accuracy) < 1e-12)
        // Exchanging gold and predicted exchanges precision and recall, and leaves F1.
        let mirrored = ClassificationMetrics(ConfusionMatrix(classes: classes, gold: predicted, predicted: gold))
        #expect(mirrored.perClass.map(\.recall) == metrics.perClass.map(\.precision))
        #expect(mirrored.macroF1 == metrics.macroF1)
        let perfect = ClassificationMetrics(ConfusionMatrix(classes: classes, gold: gold, predicted: gold))
        #expect(perfect.weightedF1 == 1 && perfect.macroF1 == 1)
    }

    @Test func percentagesHaveTwoDecimals() {
        #expect(percentage(0.72434999) == 72.43)
        #expect(percentage(2.0 / 3) == 66.67)
        #expect(percentage(1) == 100)
    }
}
