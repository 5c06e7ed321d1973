/// Whether a model follows when the emotion changes from one turn to another.
struct EmotionShift {
    /// Which turn an utterance is compared with.
    enum Before: String, CaseIterable {
        case turn = "the turn before"
        case speaker = "the speaker's turn before"
    }

    /// Pairs of an utterance and the one before it, both with a class.
    private let pairs: [(before: Int, now: Int)]
    private let answers: RunAnswers

    init(_ answers: RunAnswers, from before: Before) {
        self.answers = answers
        var pairs: [(before: Int, now: Int)] = []
        for dialogue in answers.dialogues {
            var last: [[UInt8]: Int] = [:]
            for row in dialogue {
                // One key for all: whoever speaks.
                let key = before == .speaker ? Array(answers.rows[row].speaker.utf8) : []
                if let earlier = last[key], answers.gold[earlier] >= 0, answers.gold[row] >= 0 {
                    pairs.append((earlier, row))
                }
                last[key] = row
            }
        }
        self.pairs = pairs
    }

    private func changes(_ pair: (before: Int, now: Int)) -> Bool {
        answers.gold[pair.before] != answers.gold[pair.now]
    }

    /// Utterances whose emotion is another than before.
    var shifted: [Int] { pairs.filter(changes).map(\.now) }
    /// Utterances whose emotion is that of before.
    var steady: [Int] { pairs.filter { !changes($0) }.map(\.now) }

    /// Of the changes of emotion, those where the answer changes too, in per cent; nil without changes.
    func noticed(_ run: RunAnswers.Run) -> Double? {
        share(pairs.filter(changes)) { run.predicted[$0.before] != run.predicted[$0.now] }
    }

    /// Of the changes of the answer, those where the emotion changes too, in per cent; nil where the answer never changes.
    func justified(_ run: RunAnswers.Run) -> Double? {
        share(pairs.filter { run.predicted[$0.before] != run.predicted[$0.now] }, changes)
    }

    /// Of the changes of emotion, those where both answers are right, in per cent; nil without changes.
    func followed(_ run: RunAnswers.Run) -> Double? {
        share(pairs.filter(changes)) { pair in
            [pair.before, pair.now].allSatisfy { run.predicted[$0] == answers.gold[$0] }
        }
    }

    private func share(
        _ pairs: [(before: Int, now: Int)], _ holds: ((before: Int, now: Int)) -> Bool
    ) -> Double? {
        pairs.isEmpty ? nil : 100 * Double(pairs.count(where: holds)) / Double(pairs.count)
    }
}
