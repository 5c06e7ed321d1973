/// Counts of (gold class, predicted class) pairs.
public struct ConfusionMatrix: Equatable, Sendable {
    /// The number of classes, C.
    public let classes: Int
    /// [C × C] row-major: row is the gold class, column the predicted one.
    public private(set) var counts: [Int]

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
