import FeatureStore
import Foundation

extension Evaluation {
    /// `predictions.csv`: dialogue, utterance, speaker, gold, predicted, and the probability of every class under its name.
    func predictions(of store: Store) -> String {
        let names = store.labelNames
        var lines = [
            (["dialogue", "utterance", "speaker", "gold", "predicted"] + names).map(csv).joined(separator: ",")
        ]
        var row = 0
        for dialogue in dialogues.map({ store.dialogues[$0] }) {
            for utterance in dialogue.range {
                let gold = gold[row] < 0 ? "" : names[Int(gold[row])]
                let fields = [
                    dialogue.id, store.utteranceIDs[utterance], store.speakerNames[Int(store.speakers[utterance])],
                    gold,
                    names[Int(predicted[row])],
                ]
                let probabilities = logProbabilities[row * classes..<(row + 1) * classes].map {
                    String(format: "%.6f", exp(Double($0)))
                }
                lines.append((fields.map(csv) + probabilities).joined(separator: ","))
                row += 1
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A field quoted as RFC 4180 asks, where it needs to be.
private func csv(_ field: String) -> String {
    guard field.contains(where: { "\",\r\n".contains($0) }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
