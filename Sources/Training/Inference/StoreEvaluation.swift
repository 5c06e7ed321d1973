import ConversationModels
import FeatureStore
import Foundation
import Metrics
import TerminalText

/// The figures of a run on a store that it was not trained on.
public struct StoreEvaluation: Encodable {
    /// The figures; the split is "all" where none was named.
    public let result: RunResult
    /// The store's path and fingerprint.
    let store, contentID: String
    /// Utterances that do not count because the store has no label for them.
    let unlabelled: Int
    /// Utterances that do not count because the run does not have their class.
    let unmapped: [(name: String, utterances: Int)]

    enum CodingKeys: String, CodingKey {
        case store
        case contentID = "content_id"
        case unlabelled
        case unmapped = "unmapped_classes"
    }

    /// Evaluates a run's chosen epoch on the labelled utterances of a store.
    /// - Parameters:
    ///   - split: Nil for all dialogues.
    ///   - assignments: Which class of the store is which of the run, where names differ.
    /// - Throws: `TrainingError` where the store does not fit the run or has no labels there.
    public static func evaluate(
        _ run: TrainedRun, on store: Store, split: String?, classMap assignments: [ClassMap.Assignment] = [],
        options: InferenceOptions = InferenceOptions(), observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> StoreEvaluation {
        let predictor = try Predictor([run], store: store, split: split, options: options, observe: observe)
        let map = try predictor.classMap(assignments)
        observe(.evaluating(split: split ?? "all"))
        var confusion = ConfusionMatrix(classes: run.data.classes.count)
        var (loss, calibration) = (0.0, Calibration())
        var unlabelled = 0
        while let prediction = try predictor.next() {
            let range = store.dialogues[prediction.dialogue].range
            for (row, (utterance, predicted)) in zip(range, prediction.predicted).enumerated() {
                let gold = map.target(ofUtterance: utterance)
                if gold >= 0 {
                    confusion.record(gold: Int(gold), predicted: Int(predicted))
                    let first = row * run.data.classes.count
                    // A probability below the smallest number would make the loss infinite, which JSON cannot hold.
                    loss -= log(max(prediction.probabilities[first + Int(gold)], .leastNormalMagnitude))
                    calibration.add(
                        confidence: prediction.probabilities[first + Int(predicted)], isRight: predicted == gold)
                }
                if !map.isLabelled(utterance) { unlabelled += 1 }
            }
        }
        let result = RunResult(
            ClassificationMetrics(confusion), probabilities: ProbabilityMetrics(loss: loss, calibration: calibration),
            classNames: run.data.classes, chosenEpoch: run.epoch,
            split: split ?? "all",
            microF1Without: run.record.configuration.training.microF1Without)
        return StoreEvaluation(
            result: result, store: store.path, contentID: store.contentID, unlabelled: unlabelled,
            unmapped: map.unmapped)
    }

    /// The keys of `result.json`, and what is said of the store.
    public func encode(to encoder: any Encoder) throws {
        try result.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(store, forKey: .store)
        try container.encode(contentID, forKey: .contentID)
        try container.encode(unlabelled, forKey: .unlabelled)
        try container.encode(
            Dictionary(unmapped.map { ($0.name, $0.utterances) }, uniquingKeysWith: +), forKey: .unmapped)
    }

    /// The JSON of it.
    public var json: String {
        get throws { try JSON.document(self) }
    }

    /// The table, and what did not count.
    public var table: String {
        ([result.table, ""] + notes.flatMap { TextWrap.lines($0, indent: "", hanging: "  ") }).joined(separator: "\n")
    }

    private var notes: [String] {
        var notes = ["on \(store), whose content_id is \(contentID.prefix(12))…"]
        if !unmapped.isEmpty {
            let names = unmapped.map { "\($0.name) (\($0.utterances))" }.joined(separator: ", ")
            notes.append("not scored, because the run has no such class: \(names) utterances")
        }
        if unlabelled > 0 { notes.append("not scored, because they have no label: \(unlabelled) utterances") }
        let absent = result.perClass.filter { $0.support == 0 }.map(\.name)
        if !absent.isEmpty { notes.append("classes of the run that do not occur: \(absent.joined(separator: ", "))") }
        return notes
    }
}
