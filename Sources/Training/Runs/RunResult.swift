import ConversationModels
import Foundation
import Metrics
import TerminalText

/// The figures of one evaluated split, in per cent with two decimals: the content of `result.json`.
public struct RunResult: Codable, Equatable, Sendable {
    /// One class's row of the table; its scores are nil, and null in the file, where the split has no labels.
    public struct PerClass: Codable, Equatable, Sendable {
        /// The class.
        public var name: String
        /// Correct ÷ predicted as this class.
        public var precision: Double?
        /// Correct ÷ support.
        public var recall: Double?
        /// The harmonic mean of precision and recall.
        public var f1: Double?
        /// Utterances of this class.
        public var support: Int

        /// Writes null where there is no score.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(precision, forKey: .precision)
            try container.encode(recall, forKey: .recall)
            try container.encode(f1, forKey: .f1)
            try container.encode(support, forKey: .support)
        }
    }

    /// The epoch whose parameters were evaluated, counted from 1.
    public var chosenEpoch: Int
    /// The split evaluated: train, valid or test.
    public var split: String
    /// W-F1; nil, and null in the file, where the split has no labels.
    public var weightedF1: Double?
    /// Correct ÷ all, the papers' W-Acc.
    public var accuracy: Double?
    /// The plain mean of the recalls of the classes that the split has (UA).
    public var balancedAccuracy: Double?
    /// The plain mean of F1 over the classes that occur.
    public var macroF1: Double?
    /// F1 of the counts of all classes but `microF1Without`; nil where these are none.
    package var microF1: Double?
    /// The classes that micro-F1 leaves out.
    package var microF1Without: [String]
    /// The mean of −ln p of the gold class; not in per cent.
    public var logLoss: Double?
    /// Expected calibration error over 15 bins.
    public var calibrationError: Double?
    /// Every class, in order.
    public var perClass: [PerClass]
    /// [C × C], row gold, column predicted.
    public var confusion: [[Int]]
    /// What it is the result of; nil of runs of an older vuemo.
    public var run: RunIdentity?
    /// The number of the model's parameters; nil in runs of an older vuemo.
    package var parameters: Int?
    /// The minibatch that the number of parameters follows from; nil where it follows from none.
    package var parametersSizedFor: BatchShape?

    enum CodingKeys: String, CodingKey {
        case chosenEpoch = "chosen_epoch"
        case split
        case weightedF1 = "weighted_f1"
        case accuracy
        case balancedAccuracy = "balanced_accuracy"
        case macroF1 = "macro_f1"
        case microF1 = "micro_f1"
        case microF1Without = "micro_f1_without"
        case logLoss = "log_loss"
        case calibrationError = "calibration_error"
        case perClass = "per_class"
        case confusion, run, parameters
        case parametersSizedFor = "parameters_sized_for"
    }

    /// Rounds metrics to per cent with two decimals.
    init(
        _ metrics: ClassificationMetrics, probabilities: ProbabilityMetrics? = nil, classNames: [String],
        chosenEpoch: Int, split: String, microF1Without: ClassNames = ClassNames(), run: RunIdentity? = nil,
        size: ModelSize? = nil
    ) {
        self.run = run
        parameters = size?.parameters
        parametersSizedFor = size?.largestBatch
        self.chosenEpoch = chosenEpoch
        self.split = split
        self.microF1Without = microF1Without.names
        let isLabelled = metrics.confusion.total > 0
        func score(_ fraction: Double) -> Double? { isLabelled ? percentage(fraction) : nil }
        weightedF1 = score(metrics.weightedF1)
        accuracy = score(metrics.accuracy)
        balancedAccuracy = score(metrics.balancedAccuracy)
        macroF1 = score(metrics.macroF1)
        if !microF1Without.names.isEmpty {
            microF1 = score(metrics.microF1(without: microF1Without.numbers(among: classNames)))
        }
        logLoss = probabilities?.logLoss
        calibrationError = probabilities.map { percentage($0.calibrationError) }
        perClass = zip(classNames, metrics.perClass).map { name, row in
            PerClass(
                name: name, precision: score(row.precision), recall: score(row.recall), f1: score(row.f1),
                support: row.support)
        }
        confusion = metrics.confusion.rows
    }

    /// The figures of an evaluation.
    init(
        _ evaluation: Evaluation, classNames: [String], chosenEpoch: Int, split: String, microF1Without: ClassNames,
        run: RunIdentity, size: ModelSize
    ) {
        self.init(
            evaluation.metrics, probabilities: evaluation.probabilities, classNames: classNames,
            chosenEpoch: chosenEpoch, split: split, microF1Without: microF1Without, run: run, size: size)
    }

    /// Reads what `encode` wrote. Files of an older vuemo lack what depends on probabilities; balanced accuracy follows from the classes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        chosenEpoch = try container.decode(Int.self, forKey: .chosenEpoch)
        split = try container.decode(String.self, forKey: .split)
        weightedF1 = try container.decode(Double?.self, forKey: .weightedF1)
        accuracy = try container.decode(Double?.self, forKey: .accuracy)
        macroF1 = try container.decode(Double?.self, forKey: .macroF1)
        microF1 = try container.decodeIfPresent(Double.self, forKey: .microF1)
        microF1Without = try container.decodeIfPresent([String].self, forKey: .microF1Without) ?? []
        logLoss = try container.decodeIfPresent(Double.self, forKey: .logLoss)
        calibrationError = try container.decodeIfPresent(Double.self, forKey: .calibrationError)
        perClass = try container.decode([PerClass].self, forKey: .perClass)
        confusion = try container.decode([[Int]].self, forKey: .confusion)
        run = try container.decodeIfPresent(RunIdentity.self, forKey: .run)
        parameters = try container.decodeIfPresent(Int.self, forKey: .parameters)
        parametersSizedFor = try container.decodeIfPresent(BatchShape.self, forKey: .parametersSizedFor)
        let recalls = zip(perClass, confusion).enumerated().compactMap { index, row in
            row.0.support > 0 && row.1.indices.contains(index)
                ? Double(row.1[index]) / Double(row.0.support) : nil
        }
        balancedAccuracy =
            try container.decodeIfPresent(Double.self, forKey: .balancedAccuracy)
            ?? (recalls.isEmpty ? nil : percentage(recalls.reduce(0, +) / Double(recalls.count)))
    }

    /// Writes null where there is no score, so that every file has the same keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(chosenEpoch, forKey: .chosenEpoch)
        try container.encode(split, forKey: .split)
        try container.encode(weightedF1, forKey: .weightedF1)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(balancedAccuracy, forKey: .balancedAccuracy)
        try container.encode(macroF1, forKey: .macroF1)
        try container.encode(microF1, forKey: .microF1)
        try container.encode(microF1Without, forKey: .microF1Without)
        try container.encode(logLoss, forKey: .logLoss)
        try container.encode(calibrationError, forKey: .calibrationError)
        try container.encode(perClass, forKey: .perClass)
        try container.encode(confusion, forKey: .confusion)
        try container.encodeIfPresent(run, forKey: .run)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(parametersSizedFor, forKey: .parametersSizedFor)
    }

    /// The content of `result.json`.
    public var json: String {
        get throws { try JSON.document(self) }
    }
}

extension RunResult {
    /// What is said below the scores.
    private var notes: [String] {
        var notes: [String] = []
        if !microF1Without.isEmpty {
            notes += TextWrap.lines("micro F1 leaves out \(microF1Without.joined(separator: ", "))")
        }
        if let logLoss { notes.append("log-loss \(String(format: "%.4f", logLoss)), with natural logarithms") }
        return notes.isEmpty ? [] : [""] + notes
    }

    /// The per-class table, the summary and the confusion matrix as aligned text.
    public var table: String {
        var scores = TextTable(
            [.left("class", atLeast: 12)] + ["precision", "recall", "F1", "support"].map { .right($0, atLeast: 11) },
            gap: "")
        for row in perClass {
            scores.add(
                [row.name] + [row.precision, row.recall, row.f1].map { $0.map(twoDecimals) ?? "–" } + ["\(row.support)"]
            )
        }
        scores.add([])
        var figures = [
            ("accuracy", accuracy), ("balanced accuracy", balancedAccuracy), ("weighted F1", weightedF1),
            ("macro F1", macroF1),
        ]
        if !microF1Without.isEmpty { figures.append(("micro F1", microF1)) }
        figures.append(("calibration error", calibrationError))
        for (name, value) in figures { scores.add([name, "", "", value.map(twoDecimals) ?? "no labels"]) }
        let names = perClass.map(\.name)
        let cells = max(6, names.map { $0.fitted(to: 10).terminalColumns + 1 }.max() ?? 0)
        var counts = TextTable(
            [.left("", atLeast: 12)] + names.map { .right($0, atLeast: cells, atMost: 10) }, gap: "")
        for (name, row) in zip(names, confusion) { counts.add([name] + row.map(String.init)) }
        return
            ([heading, ""] + scores.lines + notes
            + ["", "confusion (row: gold, column: predicted)"] + counts.lines
            + (run.map { [""] + $0.lines } ?? [])).joined(separator: "\n")
    }

    private var heading: String {
        "\(split.escapedForTerminal), epoch \(chosenEpoch)\(run?.isChosenOnTest == true ? " (chosen on test)" : ""), in per cent"
    }
}

private func twoDecimals(_ value: Double) -> String { String(format: "%.2f", value) }
