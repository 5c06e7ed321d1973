/// Precision, recall and F1 of one class, as fractions.
public struct ClassMetrics: Equatable, Sendable {
    /// Correct ÷ predicted as this class.
    public let precision: Double
    /// Correct ÷ support.
    public let recall: Double
    /// The harmonic mean of precision and recall.
    public let f1: Double
    /// Utterances of this class in the gold labels.
    public let support: Int
}

/// The field's figures from a confusion matrix, as fractions; a quotient with denominator 0 is 0, as in scikit-learn.
public struct ClassificationMetrics: Equatable, Sendable {
    /// What everything is computed from.
    public let confusion: ConfusionMatrix
    /// The figures of every class, in order.
    public let perClass: [ClassMetrics]
    /// Correct ÷ all. The papers' "W-Acc": per-class recall weighted by support is the same number.
    public let accuracy: Double
    /// Mean of the classes' F1, weighted by support (W-F1).
    public let weightedF1: Double
    /// Plain mean of F1 over the classes that occur in the gold labels or in the predictions, which is scikit-learn's choice of classes.
    public let macroF1: Double
    /// Plain mean of recall over the classes that occur in the gold labels: balanced or unweighted accuracy (UA).
    public let balancedAccuracy: Double

    /// The figures of a matrix.
    public init(_ confusion: ConfusionMatrix) {
        self.confusion = confusion
        let classes = 0..<confusion.classes
        let perClass = classes.map { index in
            let hits = confusion[index, index]
            let support = confusion.support(index)
            let predictions = confusion.predictions(index)
            return ClassMetrics(
                precision: ratio(hits, predictions), recall: ratio(hits, support),
                f1: ratio(2 * hits, support + predictions), support: support)
        }
        self.perClass = perClass
        let total = confusion.total
        accuracy = ratio(classes.reduce(0) { $0 + confusion[$1, $1] }, total)
        weightedF1 = total == 0 ? 0 : perClass.reduce(0) { $0 + $1.f1 * Double($1.support) } / Double(total)
        let present = classes.filter { confusion.support($0) + confusion.predictions($0) > 0 }
        macroF1 = present.isEmpty ? 0 : present.reduce(0) { $0 + perClass[$1].f1 } / Double(present.count)
        let gold = perClass.filter { $0.support > 0 }
        balancedAccuracy = gold.isEmpty ? 0 : gold.reduce(0) { $0 + $1.recall } / Double(gold.count)
    }

    /// F1 of the counts of all other classes together, as scikit-learn's `f1_score(average="micro", labels=…)`: what DailyDialog's papers
    /// report without its class of no emotion. Of all classes it is accuracy.
    public func microF1(without leftOut: Set<Int>) -> Double {
        let classes = (0..<confusion.classes).filter { !leftOut.contains($0) }
        return ratio(
            2 * classes.reduce(0) { $0 + confusion[$1, $1] },
            classes.reduce(0) { $0 + confusion.support($1) + confusion.predictions($1) })
    }
}

/// `numerator ÷ denominator`, 0 where there is nothing to divide by.
private func ratio(_ numerator: Int, _ denominator: Int) -> Double {
    denominator == 0 ? 0 : Double(numerator) / Double(denominator)
}

/// A fraction in per cent, to two decimals, as every table and file of this project states it.
public func percentage(_ fraction: Double) -> Double {
    (fraction * 10_000).rounded(.toNearestOrEven) / 100
}

/// Counts of (gold class, predicted class) pairs.
public struct ConfusionMatrix: Equatable, Sendable {
    /// The number of classes, C.
    public let classes: Int
    /// [C × C] row-major: row is the gold class, column the predicted one.
    public internal(set) var counts: [Int]

    /// An empty matrix of `classes` × `classes`.
    public init(classes: Int) {
        precondition(classes > 0, "a confusion matrix needs at least one class")
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// The matrix of paired labels. Utterances without a gold label (negative) do not count.
    public init(classes: Int, gold: [Int32], predicted: [Int32]) {
        precondition(gold.count == predicted.count, "\(gold.count) gold labels for \(predicted.count) predictions")
        self.init(classes: classes)
        for (truth, guess) in zip(gold, predicted) where truth >= 0 {
            record(gold: Int(truth), predicted: Int(guess))
        }
    }

    /// Counts one utterance.
    public mutating func record(gold: Int, predicted: Int) {
        precondition((0..<classes).contains(gold) && (0..<classes).contains(predicted), "label out of range")
        counts[gold * classes + predicted] += 1
    }

    /// Utterances of class `gold` that were predicted as class `predicted`.
    public subscript(gold: Int, predicted: Int) -> Int { counts[gold * classes + predicted] }

    /// Utterances counted.
    public var total: Int { counts.reduce(0, +) }

    /// Rows as nested arrays, as `result.json` writes them.
    public var rows: [[Int]] {
        (0..<classes).map { Array(counts[$0 * classes..<($0 + 1) * classes]) }
    }

    /// Utterances whose gold class is `index`.
    public func support(_ index: Int) -> Int {
        (0..<classes).reduce(0) { $0 + self[index, $1] }
    }

    /// Utterances predicted as class `index`.
    public func predictions(_ index: Int) -> Int {
        (0..<classes).reduce(0) { $0 + self[$1, index] }
    }
}
