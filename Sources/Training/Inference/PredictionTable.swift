import FeatureStore
import Foundation

/// Predictions as text, dialogue by dialogue: nothing is kept.
public struct PredictionTable {
    /// What the text is.
    public enum Form: String, Sendable, CaseIterable {
        /// A line of names and one for each utterance, as RFC 4180 says; lines end with a line feed.
        case csv
        /// A JSON object in each line.
        case jsonl
    }

    private let form: Form
    private let store: Store
    private let classes: [String]
    /// Nil where the store's labels are left out.
    private let gold: ClassMap?
    private let absences: [Absence]

    /// A table of a store's utterances.
    /// - Parameters:
    ///   - classes: The names of the classes, in the order of the probabilities.
    ///   - gold: What the store's labels mean among these classes; nil to leave them out.
    ///   - absences: What is taken away to explain the predictions.
    public init(_ form: Form, of store: Store, classes: [String], gold: ClassMap?, absences: [Absence] = []) {
        self.form = form
        self.store = store
        self.classes = classes
        self.gold = gold
        self.absences = absences
    }

    /// What stands before the first row.
    public var head: String {
        guard form == .csv else { return "" }
        let columns = ["dialogue", "utterance", "sentence", "speaker", "gold", "predicted"] + classes
        return (columns + absences.map { "without_\($0.name)" }).map(csv).joined(separator: ",") + "\n"
    }

    /// The rows of a dialogue.
    /// - Throws: `StoreError` where the sentences cannot be read.
    public func rows(_ prediction: DialoguePrediction) throws -> String {
        let dialogue = store.dialogues[prediction.dialogue]
        let sentences = try store.sentences(dialogue.range)
        var text = ""
        for (place, utterance) in dialogue.range.enumerated() {
            let probabilities = prediction.probabilities[place * classes.count..<(place + 1) * classes.count]
                .map { String(format: "%.9g", $0) }
            let row = Row(
                dialogue: dialogue.id, utterance: store.utteranceIDs[utterance], sentence: sentences[place],
                speaker: store.speakerNames[Int(store.speakers[utterance])],
                gold: gold.flatMap { name($0.target(ofUtterance: utterance)) },
                predicted: classes[Int(prediction.predicted[place])])
            let changes = prediction.changes.map { String(format: "%.9g", $0[place]) }
            text += form == .csv ? line(row, probabilities + changes) : object(row, probabilities, changes)
        }
        return text
    }

    private struct Row {
        let dialogue, utterance, sentence, speaker: String
        let gold: String?
        let predicted: String
    }

    private func name(_ label: Int32) -> String? { label < 0 ? nil : classes[Int(label)] }

    private func line(_ row: Row, _ numbers: [String]) -> String {
        let names = [row.dialogue, row.utterance, row.sentence, row.speaker, row.gold ?? "", row.predicted]
        return (names.map(csv) + numbers).joined(separator: ",") + "\n"
    }

    private func object(_ row: Row, _ probabilities: [String], _ changes: [String]) -> String {
        let names = [
            ("dialogue", row.dialogue), ("utterance", row.utterance),
            ("sentence", row.sentence.isEmpty ? nil : row.sentence), ("speaker", row.speaker), ("gold", row.gold),
            ("predicted", row.predicted),
        ].map { "\"\($0)\":\($1.map(quoted) ?? "null")" }
        let shares = zip(classes, probabilities).map { "\(quoted($0)):\($1)" }
        let moves = zip(absences, changes).map { "\"\($0.name)\":\($1)" }
        let explained = absences.isEmpty ? "" : ",\"without\":{\(moves.joined(separator: ","))}"
        return "{\(names.joined(separator: ",")),\"probabilities\":{\(shares.joined(separator: ","))}\(explained)}\n"
    }
}

/// A string of JSON. Foundation's encoder takes ten times as long, and there may be millions.
func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    bytes.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
        case 0..<0x20: bytes += Array(String(format: "\\u%04x", Int(byte)).utf8)
        default: bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
}
