import Autodiff
import Concurrency
import Configuration
import ConversationModels
import Conversations
import FeatureStore
import Tensors

/// How a run is applied to a store.
public struct InferenceOptions: Sendable {
    /// Dialogues in a minibatch; nil for as many as in training.
    public var batchSize: Int?
    /// The speaker of the run that speakers count as whom the run does not know; nil to refuse them.
    public var unknownSpeakers: String?
    /// Whether the features' checksums stay unchecked.
    public var skipVerification = false

    /// As in training.
    public init() {}
}

/// A run's model over some dialogues of a store, minibatch by minibatch, without dropout. Memory is bounded by the minibatches.
///
/// The released variant's results depend on who shares a minibatch: order and size are those of training.
final class InferencePass {
    private let run: TrainedRun
    private let store: Store
    private let reader: BackgroundWork<Minibatch>
    private let speakers: SpeakerNumbers
    /// Nil where nothing is explained.
    private let means: FeatureMeans?

    /// - Parameter explains: Whether ``explained()`` will be asked for.
    /// - Throws: `TrainingError` where the store does not fit the model, or a minibatch is too large for it.
    init(
        _ run: TrainedRun, over dialogues: [Int], of store: Store, options: InferenceOptions, explains: Bool = false,
        observe: (TrainingEvent) -> Void
    ) throws {
        let settings = run.record.configuration.training
        Compute.threads = max(Compute.threads, settings.threads)
        try run.requireFit(of: store)
        speakers = try SpeakerNumbers(of: store, dialogues, for: run, unknown: options.unknownSpeakers)
        let batches = DialogueOrder.batches(dialogues, size: options.batchSize ?? settings.batchSize)
        try Self.check(batches, of: store, for: run)
        let source = try MinibatchSource(store: store, modalities: run.record.configuration.modalities)
        if !options.skipVerification {
            observe(.preparing("checking the features' checksums"))
            try source.verify(dialogues)
        }
        means =
            explains
            ? try FeatureMeans(of: run, given: store, verify: !options.skipVerification, observe: observe) : nil
        reader = source.stream(batches, prefetch: settings.prefetch)
        self.run = run
        self.store = store
    }

    /// The next minibatch's dialogues and their log-probabilities, [N, C]; nil behind the last.
    /// - Parameter stages: is offered what passes through the model.
    /// - Throws: `TrainingError` where rows cannot be used or a probability is not finite; what the store throws.
    func next(stages: StageRecorder? = nil) throws -> (dialogues: [Int], logProbabilities: Tensor)? {
        guard let batch = try reader.next() else { return nil }
        return (batch.dialogues, try compute(input(of: batch), batch.dialogues, stages: stages))
    }

    /// The next minibatch's dialogues, their log-probabilities, and those without each of ``Absence/all(of:)``, [N, C] each; nil behind
    /// the last.
    /// - Throws: As ``next(stages:)``.
    func explained() throws -> (dialogues: [Int], logProbabilities: Tensor, without: [Tensor])? {
        guard let means else { preconditionFailure("the pass was begun to explain") }
        guard let batch = try reader.next() else { return nil }
        let input = input(of: batch)
        let whole = try compute(input, batch.dialogues)
        let without = try Absence.all(of: run).map { absence in
            switch absence {
            case .modality(let modality): try compute(means.removing(modality, from: input), batch.dialogues)
            case .context: try computeAlone(input, batch.dialogues, classes: whole.columns)
            case .speaker: try compute(input.withoutSpeakers, batch.dialogues)
            }
        }
        return (batch.dialogues, whole, without)
    }

    private func input(of batch: Minibatch) -> ConversationBatch {
        var input = batch.input
        input.speakers = input.speakers.map { speakers[$0] }
        return input
    }

    /// Each utterance as a dialogue of its own: all at once, or as many as a model takes that has weights for positions. It takes as many
    /// as there are dialogues, which are longer.
    private func computeAlone(_ input: ConversationBatch, _ dialogues: [Int], classes: Int) throws -> Tensor {
        var size = input.utterances
        while size > dialogues.count, (try? run.model.check(BatchShape(dialogues: size, utterances: size))) == nil {
            size = max(dialogues.count, (size + 1) / 2)
        }
        let all = Tensor(rows: input.utterances, columns: classes)
        for first in stride(from: 0, to: input.utterances, by: size) {
            let part = first..<min(input.utterances, first + size)
            let values = try compute(input.alone(part), dialogues).values
            _ = all.rows(part).values.update(fromContentsOf: values)
        }
        return all
    }

    private func compute(
        _ input: ConversationBatch, _ dialogues: [Int], stages: StageRecorder? = nil
    ) throws -> Tensor {
        let output = try run.model.logProbabilities(
            input, on: Tape(mode: .evaluation, recording: false), stages: stages)
        guard output.value.isFinite else {
            let ids = dialogues.prefix(3).map { "'\(store.dialogues[$0].id)'" }.joined(separator: ", ")
            throw TrainingError(
                .numerics,
                "\(run.folder.path) gives a probability that is no number in the minibatch of the dialogues \(ids) of \(store.path); "
                    + "look for outliers in the features with vuemo validate.")
        }
        return output.value
    }

    /// Makes sure, before anything is computed, that the model can take every minibatch.
    private static func check(_ batches: [[Int]], of store: Store, for run: TrainedRun) throws(TrainingError) {
        for batch in batches {
            let utterances = batch.reduce(0) { $0 + store.dialogues[$1].range.count }
            do {
                try run.model.check(BatchShape(dialogues: batch.count, utterances: utterances))
            } catch {
                throw TrainingError(
                    .data,
                    "\(run.folder.path) cannot compute the minibatch of \(store.path) that begins with dialogue "
                        + "'\(store.dialogues[batch[0]].id)': \(error); give a smaller --batch-size.")
            }
        }
    }
}

extension TrainedRun {
    /// Makes sure that a store has the features that the model reads, in their widths.
    /// - Throws: `TrainingError` that names what does not fit, of both.
    func requireFit(of store: Store) throws(TrainingError) {
        var faults: [String] = []
        func compare(_ what: String, _ own: Int, _ other: Int) {
            if own != other { faults.append("\(what) \(other) in the store and \(own) in the run") }
        }
        for modality in record.configuration.modalities.members {
            let found = store.features(of: modality)
            guard let first = found.first else {
                faults.append("\(modality.rawValue) features, of which the store has none")
                continue
            }
            switch modality {
            case .text:
                compare("layers of text,", data.textLayers, FeatureSelection.textLayers(found).count)
                compare("columns of text,", data.textWidth, first.width)
            case .audio: compare("columns of audio,", data.audioWidth, first.width)
            case .visual: compare("columns of visual,", data.visualWidth, first.width)
            }
        }
        guard !faults.isEmpty else { return }
        throw TrainingError(
            .data,
            "\(store.path) does not fit the model of \(folder.path) (\(faults.joined(separator: "; "))); give a store with the features "
                + "that the run was trained on.")
    }
}

/// The model's number of each speaker of a store.
struct SpeakerNumbers {
    /// By the store's numbers.
    private let numbers: [Int32]

    /// - Throws: `TrainingError` where somebody speaks whom the run does not know, and nobody said what becomes of that.
    init(of store: Store, _ dialogues: [Int], for run: TrainedRun, unknown: String?) throws(TrainingError) {
        let own = run.data.speakers
        let names = store.speakerNames
        let byName = Dictionary(
            own.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { first, _ in first })
        var replacement: Int32?
        if let unknown {
            guard let number = byName[Array(unknown.utf8)] else {
                throw TrainingError(
                    .data,
                    "--unknown-speakers \(unknown): \(run.folder.path) has no such speaker; it has \(listed(own)).")
            }
            replacement = number
        }
        switch run.record.configuration.definition.speakers(run.record.configuration.model) {
        case .nothing:
            numbers = [Int32](repeating: 0, count: names.count)
            return
        case .parties:
            numbers = names.indices.map { Int32($0) }
            return
        case .persons: break
        }
        let places = run.data.numbersPlaces(like: store)
        let found = names.indices.map { index in
            places ? (index < own.count ? Int32(index) : nil) : byName[Array(names[index].utf8)]
        }
        if replacement == nil, found.contains(nil) {
            var isMissing = [Bool](repeating: false, count: names.count)
            for dialogue in dialogues {
                for speaker in store.speakers[store.dialogues[dialogue].range] where found[Int(speaker)] == nil {
                    isMissing[Int(speaker)] = true
                }
            }
            let missing = names.indices.filter { isMissing[$0] }.map { names[$0] }
            guard missing.isEmpty else {
                throw TrainingError(
                    .data,
                    "\(store.path) has speakers whom \(run.folder.path) does not know: \(listed(missing)); it knows \(listed(own)), and "
                        + "--unknown-speakers with one of these names says as whom they shall count.")
            }
        }
        numbers = found.map { $0 ?? replacement ?? 0 }
    }

    subscript(_ speaker: Int32) -> Int32 { numbers[Int(speaker)] }
}
