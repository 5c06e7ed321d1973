import ConversationModels
import FeatureStore
import Foundation

/// What runs say about one dialogue.
public struct DialoguePrediction: Sendable {
    /// Index into the store's dialogues.
    public let dialogue: Int
    /// [n × C] row-major, one row for each utterance.
    public let probabilities: [Double]
    /// [n] the most probable class, the first of equals.
    public let predicted: [Int32]
}

/// Predicts the emotions of a store's utterances with one run, or with several: then the mean of their probabilities counts.
///
/// Dialogues come out one by one in the order in which they were asked for. Memory is bounded by the minibatches of the runs.
public final class Predictor {
    /// The names of the classes, in the order of the probabilities.
    public let classes: [String]
    /// What is predicted, as indices into the store's dialogues.
    public let dialogues: [Int]
    private let store: Store
    private let first: TrainedRun
    private var members: [Member]
    private var done = 0

    /// A run, and the dialogues of its minibatch that are still to be given out.
    private struct Member {
        let pass: InferencePass
        var waiting: ArraySlice<[Double]> = []
    }

    /// - Parameters:
    ///   - runs: At least one.
    ///   - split: Nil for all dialogues.
    /// - Throws: `TrainingError` where runs do not agree in their classes, the store does not fit one of them, or the split is empty.
    public init(
        _ runs: [TrainedRun], store: Store, split: String? = nil, options: InferenceOptions = InferenceOptions(),
        observe: (TrainingEvent) -> Void = { _ in }
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
        var options = options
        members = []
        for run in runs {
            members.append(
                Member(
                    pass: try InferencePass(run, over: dialogues, of: store, options: options, observe: observe)))
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
        var mean: [Double] = []
        for index in members.indices {
            let own = try take(from: index)
            if mean.isEmpty { mean = own } else { for place in mean.indices { mean[place] += own[place] } }
        }
        if members.count > 1 { for place in mean.indices { mean[place] /= Double(members.count) } }
        let predicted = stride(from: 0, to: mean.count, by: classes.count).map { first in
            let scores = mean[first..<first + classes.count]
            return Int32(scores.indices.max { scores[$0] < scores[$1] }! - first)
        }
        return DialoguePrediction(dialogue: dialogue, probabilities: mean, predicted: predicted)
    }

    /// The probabilities of a member's next dialogue.
    private func take(from index: Int) throws -> [Double] {
        if members[index].waiting.isEmpty {
            guard let (dialogues, output) = try members[index].pass.next() else {
                preconditionFailure("every run computes every dialogue")
            }
            let values = output.values
            var first = 0
            members[index].waiting =
                dialogues.map { dialogue in
                    let end = first + store.dialogues[dialogue].range.count * classes.count
                    defer { first = end }
                    return values[first..<end].map { exp(Double($0)) }
                }[...]
        }
        return members[index].waiting.removeFirst()
    }
}
