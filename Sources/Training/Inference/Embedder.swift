import Autodiff
import ConversationModels
import FeatureStore

/// What passes through a run's model, utterance by utterance. Memory is bounded by the minibatches.
public final class Embedder {
    /// The rows of some dialogues.
    public struct Piece: Sendable {
        /// How many dialogues.
        public let dialogues: Int
        /// The name of each stage that was asked for, with the numbers of an utterance and of all of them: [n, width] row-major.
        public let stages: [(name: String, width: Int, values: [Float])]
    }

    /// The dialogues in the order in which they come, as indices into the store's.
    public let dialogues: [Int]
    /// The stages that come, with their widths.
    public let stages: [(name: String, width: Int)]
    private let pass: InferencePass
    private var first: Piece?

    /// - Parameters:
    ///   - stages: What is wanted, by name; empty for every stage that the model has.
    ///   - split: Nil for all dialogues.
    /// - Throws: `TrainingError` where the store does not fit, the split is empty or the model has no such stage.
    public convenience init(
        _ run: TrainedRun, store: Store, stages: [String], split: String? = nil,
        options: InferenceOptions = InferenceOptions(), observe: (TrainingEvent) -> Void = { _ in }
    ) throws {
        let dialogues = try run.dialogues(of: store, inSplit: split)
        try self.init(run, store: store, over: dialogues, stages: stages, options: options, observe: observe)
    }

    /// - Parameters:
    ///   - dialogues: At least one, as indices into the store's, in the order in which they are to come.
    ///   - stages: What is wanted, by name; empty for every stage that the model has.
    /// - Throws: `TrainingError` where the store does not fit, or the model has no such stage.
    public init(
        _ run: TrainedRun, store: Store, over dialogues: [Int], stages wanted: [String],
        options: InferenceOptions = InferenceOptions(), observe: (TrainingEvent) -> Void = { _ in }
    ) throws {
        self.dialogues = dialogues
        pass = try InferencePass(run, over: dialogues, of: store, options: options, observe: observe)
        let recorder = StageRecorder()
        guard let (batch, output) = try pass.next(stages: recorder) else {
            preconditionFailure("there is at least one dialogue")
        }
        let names = recorder.stages.keys.sorted()
        for name in wanted where recorder.stages[name] == nil {
            throw TrainingError(
                .configuration,
                "the model of \(run.folder.path) has no stage \"\(name)\"; it has \(names.joined(separator: ", ")).")
        }
        let piece = Piece(recorder, wanted.isEmpty ? names : wanted, dialogues: batch.count, utterances: output.rows)
        stages = piece.stages.map { ($0.name, $0.width) }
        first = piece
    }

    /// The next dialogues' rows; nil behind the last.
    /// - Throws: `TrainingError` where rows cannot be used; what the store throws.
    public func next() throws -> Piece? {
        if let piece = first {
            first = nil
            return piece
        }
        let recorder = StageRecorder()
        guard let (batch, output) = try pass.next(stages: recorder) else { return nil }
        return Piece(recorder, stages.map(\.name), dialogues: batch.count, utterances: output.rows)
    }
}

extension Embedder.Piece {
    /// Streams that lie next to each other, [N·S, H], are one row of an utterance, [N, S·H].
    fileprivate init(_ recorder: StageRecorder, _ names: [String], dialogues: Int, utterances: Int) {
        self.dialogues = dialogues
        stages = names.map { name in
            let values = recorder.stages[name]!.value.array
            return (name, values.count / utterances, values)
        }
    }
}
