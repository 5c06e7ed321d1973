import Foundation
import Metrics
import TerminalText

/// The figures of one evaluated split, in per cent with two decimals: the content of `result.json`.
public struct RunResult: Codable, Equatable, Sendable {
    /// One class's row of the table.
    public struct PerClass: Codable, Equatable, Sendable {
        /// The class.
        public var name: String
        /// Correct ÷ predicted as this class.
        public var precision: Double
        /// Correct ÷ support.
        public var recall: Double
        /// The harmonic mean of precision and recall.
        public var f1: Double
        /// Utterances of this class.
        public var support: Int
    }

    /// The epoch whose parameters were evaluated, counted from 1.
    public var chosenEpoch: Int
    /// The split evaluated: train, valid or test.
    public var split: String
    /// W-F1; nil, and null in the file, where the split has no labels.
    public var weightedF1: Double?
    /// Correct ÷ all, the papers' W-Acc.
    public var accuracy: Double?
    /// The plain mean of F1 over the classes that occur.
    public var macroF1: Double?
    /// Every class, in order.
    public var perClass: [PerClass]
    /// [C × C], row gold, column predicted.
    public var confusion: [[Int]]
    /// The number of the model's parameters; nil in runs of an older vuemo.
    package var parameters: Int?
    /// The minibatch that the number of parameters follows from; nil where it follows from none.
    package var parametersSizedFor: ModelSize.Batch?

    enum CodingKeys: String, CodingKey {
        case chosenEpoch = "chosen_epoch"
        case split
        case weightedF1 = "weighted_f1"
        case accuracy
        case macroF1 = "macro_f1"
        case perClass = "per_class"
        case confusion, parameters
        case parametersSizedFor = "parameters_sized_for"
    }

    /// Rounds metrics to per cent with two decimals.
    public init(
        _ metrics: ClassificationMetrics, classNames: [String], chosenEpoch: Int, split: String, size: ModelSize? = nil
    ) {
        parameters = size?.parameters
        parametersSizedFor = size?.largestBatch
        self.chosenEpoch = chosenEpoch
        self.split = split
        if metrics.confusion.total > 0 {
            weightedF1 = percentage(metrics.weightedF1)
            accuracy = percentage(metrics.accuracy)
            macroF1 = percentage(metrics.macroF1)
        }
        perClass = zip(classNames, metrics.perClass).map { name, row in
            PerClass(
                name: name, precision: percentage(row.precision), recall: percentage(row.recall),
                f1: percentage(row.f1), support: row.support)
        }
        confusion = metrics.confusion.rows
    }

    /// Writes null where there is no score, so that every file has the same keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(chosenEpoch, forKey: .chosenEpoch)
        try container.encode(split, forKey: .split)
        try container.encode(weightedF1, forKey: .weightedF1)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(macroF1, forKey: .macroF1)
        try container.encode(perClass, forKey: .perClass)
        try container.encode(confusion, forKey: .confusion)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(parametersSizedFor, forKey: .parametersSizedFor)
    }

    /// The content of `result.json`.
    public var json: String {
        get throws { try JSON.document(self) }
    }
}

extension RunResult {
    /// The per-class table, the summary and the confusion matrix as aligned text.
    public var table: String {
        var scores = TextTable(
            [.left("class", atLeast: 12)] + ["precision", "recall", "F1", "support"].map { .right($0, atLeast: 11) },
            gap: "")
        for row in perClass {
            scores.add([row.name] + [row.precision, row.recall, row.f1].map(twoDecimals) + ["\(row.support)"])
        }
        scores.add([])
        for (name, value) in [("accuracy", accuracy), ("weighted F1", weightedF1), ("macro F1", macroF1)] {
            scores.add([name, "", "", value.map(twoDecimals) ?? "no labels"])
        }
        let names = perClass.map(\.name)
        let cells = max(6, names.map { $0.fitted(to: 10).terminalColumns + 1 }.max() ?? 0)
        var counts = TextTable(
            [.left("", atLeast: 12)] + names.map { .right($0, atLeast: cells, atMost: 10) }, gap: "")
        for (name, row) in zip(names, confusion) { counts.add([name] + row.map(String.init)) }
        return
            (["\(split.escapedForTerminal), epoch \(chosenEpoch), in per cent", ""] + scores.lines
            + ["", "confusion (row: gold, column: predicted)"] + counts.lines).joined(separator: "\n")
    }
}

private func twoDecimals(_ value: Double) -> String { String(format: "%.2f", value) }
