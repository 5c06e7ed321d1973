import ConversationModels
import Conversations
import FeatureStore
import Foundation
import Tensors

/// What runs say about one dialogue.
public struct DialoguePrediction: Sendable {
    /// Index into the store's dialogues.
    public let dialogue: Int
    /// [n × C] row-major, one row for each utterance.
    public let probabilities: [Double]
    /// [n] the most probable class, the first of equals.
    public let predicted: [Int32]
    /// For each of the predictor's absences, [n]: how the probability of that class changes without it.
    public let changes: [[Double]]
}

/// Predicts the emotions of a store's utterances with one run, or with several: then the mean of their probabilities counts.
///
/// Dialogues come out one by one in the order in which they were asked for. Memory is bounded by the minibatches of the runs.
public final class Predictor {
    /// The names of the classes, in the order of the probabilities.
    public let classes: [String]
    /// What is predicted, as indices into the store's dialogues.
    public let dialogues: [Int]
    /// What is taken away to explain the predictions; empty where they are not explained.
    public let absences: [Absence]
    private let store: Store
    private let first: TrainedRun
    private var members: [Member]
    private var done = 0

    /// A run, and the dialogues of its minibatch that are still to be given out.
    private struct Member {
        let pass: InferencePass
        /// For each of the absences its place among the member's own; nil where the member does not read what is taken away.
        let places: [Int?]
        /// The probabilities of each dialogue, and those without each of the absences.
        var waiting: ArraySlice<[[Double]]> = []
    }

    /// - Parameters:
    ///   - runs: At least one.
    ///   - split: Nil for all dialogues.
    ///   - explains: Whether it is said how probabilities change without each modality, the context and the speaker.
    /// - Throws: `TrainingError` where runs do not agree in their classes, the store does not fit one of them, or the split is empty.
    public init(
        _ runs: [TrainedRun], store: Store, split: String? = nil, options: InferenceOptions = InferenceOptions(),
        explains: Bool = false, observe: (TrainingEvent) -> Void = { _ in }
    ) throws {
        precondition(!runs.isEmpty, "somebody predicts")
        classes = runs[0].data.classes
        for other in runs.dropFirst() {
            guard other.data.classes.count == classes.count,
                zip(other.data.classes, classes).allSatisfy({ $0.utf8.elementsEqual($1.utf8) })
            else {
                throw TrainingError(
                    .configuration,
                    "\(runs[0].folder.path) has the classes \(listed(classes)) and \(other.folder.path) has "
                        + "\(listed(other.data.classes)); only runs of the same classes, in the same order, predict together."
                )
            }
        }
        let dialogues = try runs[0].dialogues(of: store, inSplit: split)
        for other in runs.dropFirst() where try other.dialogues(of: store, inSplit: split) != dialogues {
            throw TrainingError(
                .data,
                "\(runs[0].folder.path) and \(other.folder.path) divide the dialogues of \(store.path) in different ways, so that split "
                    + "\(split ?? "") of one is not that of the other; give one of these runs, or leave --split out.")
        }
        self.dialogues = dialogues
        self.store = store
        first = runs[0]
        let readings = explains ? runs.map(Absence.all) : []
        let absences = (Modality.allCases.map(Absence.modality) + [.context, .speaker]).filter { absence in
            readings.contains { $0.contains(absence) }
        }
        self.absences = absences
        var options = options
        members = []
        for run in runs {
            let pass = try InferencePass(
                run, over: dialogues, of: store, options: options, explains: explains, observe: observe)
            let own = Absence.all(of: run)
            members.append(Member(pass: pass, places: absences.map { own.firstIndex(of: $0) }))
            // Each row is checked once, unless another run reads other features.
            if runs.allSatisfy({ $0.record.configuration.modalities == run.record.configuration.modalities }) {
                options.skipVerification = true
            }
        }
    }

    /// What the labels of the dialogues mean among the runs' classes.
    /// - Throws: `TrainingError` where they do not fit; see ``ClassMap``.
    public func classMap(_ assignments: [ClassMap.Assignment]) throws(TrainingError) -> ClassMap {
        try ClassMap(assignments, from: store, to: first, dialogues: dialogues)
    }

    /// The next dialogue; nil behind the last.
    /// - Throws: `TrainingError` where rows cannot be used or a probability is not finite; what the store throws.
    public func next() throws -> DialoguePrediction? {
        guard done < dialogues.count else { return nil }
        let dialogue = dialogues[done]
        done += 1
        var means: [[Double]] = []
        for index in members.indices {
            let own = try take(from: index)
            if means.isEmpty { means = own } else { for place in means.indices { add(own[place], to: &means[place]) } }
        }
        for index in means.indices where members.count > 1 {
            for place in means[index].indices { means[index][place] /= Double(members.count) }
        }
        let mean = means[0]
        let predicted = stride(from: 0, to: mean.count, by: classes.count).map { first in
            let scores = mean[first..<first + classes.count]
            return Int32(scores.indices.max { scores[$0] < scores[$1] }! - first)
        }
        let changes = means.dropFirst().map { without in
            predicted.enumerated().map { row, predicted in
                let place = row * classes.count + Int(predicted)
                return without[place] - mean[place]
            }
        }
        return DialoguePrediction(dialogue: dialogue, probabilities: mean, predicted: predicted, changes: changes)
    }

    private func add(_ own: [Double], to sums: inout [Double]) {
        for place in sums.indices { sums[place] += own[place] }
    }

    /// The probabilities of a member's next dialogue, and those without each of the absences.
    private func take(from index: Int) throws -> [[Double]] {
        if members[index].waiting.isEmpty {
            let member = members[index]
            let next: (dialogues: [Int], outputs: [Tensor])? =
                if absences.isEmpty {
                    try member.pass.next().map { ($0.dialogues, [$0.logProbabilities]) }
                } else {
                    // A member that does not read what is taken away says the same without it.
                    try member.pass.explained().map { found in
                        let others = member.places.map { $0.map { found.without[$0] } ?? found.logProbabilities }
                        return (found.dialogues, [found.logProbabilities] + others)
                    }
                }
            guard let (dialogues, outputs) = next else { preconditionFailure("every run computes every dialogue") }
            var first = 0
            members[index].waiting =
                dialogues.map { dialogue in
                    let end = first + store.dialogues[dialogue].range.count * classes.count
                    defer { first = end }
                    return outputs.map { $0.values[first..<end].map { exp(Double($0)) } }
                }[...]
        }
        return members[index].waiting.removeFirst()
    }
}
