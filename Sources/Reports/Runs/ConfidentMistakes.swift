import FeatureStore
import Foundation
import Training

/// What was said around the wrong answers that a group gave with the highest probabilities, averaged over its runs.
struct ConfidentMistakes {
    private let answers: RunAnswers
    private let store: Store?
    /// The first row in the store of each dialogue; nil without a store.
    private let places: [[UInt8]: Int]?

    /// Turns before and after a mistake that are shown.
    private static let (before, after) = (3, 1)
    /// More of a sentence than this is cut.
    private static let longest = 400

    /// - Parameter store: Where the sentences are; nil where no store is at hand.
    /// - Throws: `ReportError` where the store does not have the utterances of the runs.
    init(answers: RunAnswers, store: Store?) throws {
        (self.answers, self.store) = (answers, store)
        places = try store.map { try Self.places(of: answers, in: $0) }
    }

    /// The most confident ones first.
    func exchanges(of group: RunAnswers.Group, atMost count: Int) throws -> [Exchange] {
        return try mistakes(of: group).prefix(count).enumerated().map { index, mistake in
            let (row, dialogue) = (mistake.row, mistake.dialogue)
            let range = max(dialogue.lowerBound, row - Self.before)..<min(dialogue.upperBound, row + Self.after + 1)
            let first = places?[Array(answers.rows[row].dialogue.utf8)]
            let sentences = try first.flatMap { first in
                try store?.sentences(
                    first + range.lowerBound - dialogue.lowerBound..<first + range.upperBound - dialogue.lowerBound)
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
        let predicted: Int
        let probability: Double
    }

    private func mistakes(of group: RunAnswers.Group) -> [Mistake] {
        var found: [Mistake] = []
        for dialogue in answers.dialogues {
            for row in dialogue where answers.gold[row] >= 0 {
                let means = answers.classes.indices.map { index in
                    group.runs.reduce(0) { $0 + $1.probabilities[row][index] } / Double(group.runs.count)
                }
                guard let best = means.indices.max(by: { means[$0] < means[$1] }), best != answers.gold[row] else {
                    continue
                }
                found.append(Mistake(row: row, dialogue: dialogue, predicted: best, probability: means[best]))
            }
        }
        return found.sorted { ($1.probability, $0.row) < ($0.probability, $1.row) }
    }

    private static func places(of answers: RunAnswers, in store: Store) throws -> [[UInt8]: Int] {
        let known = Dictionary(
            store.dialogues.map { (Array($0.id.utf8), $0.range) }, uniquingKeysWith: { first, _ in first })
        var places: [[UInt8]: Int] = [:]
        for dialogue in answers.dialogues {
            let name = answers.rows[dialogue.lowerBound].dialogue
            guard let range = known[Array(name.utf8)], range.count == dialogue.count,
                zip(range, dialogue).allSatisfy({ same(store.utteranceIDs[$0], answers.rows[$1].utterance) })
            else {
                throw ReportError(
                    "the predictions of the runs are of other utterances than dialogue '\(name)' has in \(store.path); evaluate the "
                        + "runs again with vuemo train --resume.")
            }
            places[Array(name.utf8)] = range.lowerBound
        }
        return places
    }

    private static func cut(_ sentence: String) -> String {
        sentence.count > longest ? sentence.prefix(longest) + "…" : sentence
    }
}
