import Experiments
import Metrics
import Training

/// What runs said of the same utterances, as numbers.
struct RunAnswers {
    /// One run.
    struct Run {
        /// A class for each utterance.
        let predicted: [Int]
        /// Its probability: the highest.
        let confidence: [Double]
        /// The probability of each class, utterance by utterance.
        let probabilities: [[Double]]
    }

    struct Group {
        let name: String
        let runs: [Run]

        /// A figure of each run.
        func spread(_ figure: (Run) -> Double) -> Spread { Spread(runs.map(figure)) }
    }

    let classes: [String]
    /// Ids and speakers of the utterances, dialogues end to end.
    let rows: [RunPredictions.Row]
    /// Which rows are a dialogue.
    let dialogues: [Range<Int>]
    /// A class for each utterance, -1 where there is none.
    let gold: [Int]
    let groups: [Group]

    init(_ comparison: RunComparison) {
        let first = comparison.groups[0].runs[0]
        classes = first.classes
        rows = first.predictions.rows
        gold = first.numbers(of: rows.map(\.gold)).map(Int.init)
        dialogues = first.predictions.dialogues
        groups = comparison.groups.map { group in
            Group(
                name: group.name,
                runs: group.runs.map { run in
                    let rows = run.predictions.rows
                    let predicted = first.numbers(of: rows.map(\.predicted)).map(Int.init)
                    return Run(
                        predicted: predicted, confidence: zip(rows, predicted).map { $0.probabilities[$1] },
                        probabilities: rows.map(\.probabilities))
                })
        }
    }

    /// The utterances that have a class.
    var labelled: [Int] { gold.indices.filter { gold[$0] >= 0 } }

    func confusion(_ run: Run) -> ConfusionMatrix {
        ConfusionMatrix(classes: classes.count, gold: gold.map(Int32.init), predicted: run.predicted.map(Int32.init))
    }

    /// The share of right answers in per cent; nil of no utterances.
    func accuracy(of group: Group, over utterances: [Int]) -> Spread? {
        guard !utterances.isEmpty else { return nil }
        return group.spread { run in
            100 * Double(utterances.count { run.predicted[$0] == gold[$0] }) / Double(utterances.count)
        }
    }
}

/// Names are bytes: letters composed in two ways are two names.
func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
