import FeatureStore
import Foundation
import Training

/// What was said around the wrong answers that a group gave with the highest probabilities, averaged over its runs.
struct ConfidentMistakes {
    private let answers: RunAnswers
    private let store: Store?
    /// Where each dialogue is among the store's; nil without a store.
    private let places: [Int]?

    /// Turns before and after a mistake that are shown.
    private static let (before, after) = (3, 1)
    /// More of a sentence than this is cut.
    private static let longest = 400

    /// - Parameter store: Where the sentences are; nil where no store is at hand.
    /// - Throws: `ReportError` where the store does not have the utterances of the runs.
    init(answers: RunAnswers, store: Store?) throws {
        (self.answers, self.store) = (answers, store)
        places = try store.map { try answers.dialogues(in: $0) }
    }

    /// The most confident ones first.
    func exchanges(of group: RunAnswers.Group, atMost count: Int) throws -> [Exchange] {
        try mistakes(of: group).prefix(count).enumerated().map { index, mistake in
            let (row, dialogue) = (mistake.row, mistake.dialogue)
            let range = max(dialogue.lowerBound, row - Self.before)..<min(dialogue.upperBound, row + Self.after + 1)
            let sentences = try store.flatMap { store in
                try places.map { places in
                    let first = store.dialogues[places[mistake.place]].range.lowerBound - dialogue.lowerBound
                    return try store.sentences(first + range.lowerBound..<first + range.upperBound)
                }
            }
            let turns = range.map { turn in
                let entry = answers.rows[turn]
                return Exchange.Turn(
                    speaker: entry.speaker, sentence: sentences.map { Self.cut($0[turn - range.lowerBound]) },
                    gold: entry.gold.isEmpty ? "no class" : entry.gold,
                    predicted: turn == row ? answers.classes[mistake.predicted] : nil)
            }
            let percent = String(format: "%.1f %%", 100 * mistake.probability)
            return Exchange(
                title:
                    "\(index + 1). \(answers.rows[row].gold) taken for \(answers.classes[mistake.predicted]), \(percent)",
                place: "dialogue \(answers.rows[row].dialogue), utterance \(answers.rows[row].utterance)",
                turns: turns)
        }
    }

    private struct Mistake {
        let row: Int
        let dialogue: Range<Int>
        /// Which of the dialogues it is.
        let place: Int
        let predicted: Int
        let probability: Double
    }

    private func mistakes(of group: RunAnswers.Group) -> [Mistake] {
        var found: [Mistake] = []
        for (place, dialogue) in answers.dialogues.enumerated() {
            for row in dialogue where answers.gold[row] >= 0 {
                let means = answers.classes.indices.map { index in
                    group.runs.reduce(0) { $0 + $1.probabilities[row][index] } / Double(group.runs.count)
                }
                guard let best = means.indices.max(by: { means[$0] < means[$1] }), best != answers.gold[row] else {
                    continue
                }
                found.append(
                    Mistake(row: row, dialogue: dialogue, place: place, predicted: best, probability: means[best]))
            }
        }
        return found.sorted { ($1.probability, $0.row) < ($0.probability, $1.row) }
    }

    private static func cut(_ sentence: String) -> String {
        sentence.count > longest ? sentence.prefix(longest) + "…" : sentence
    }
}
