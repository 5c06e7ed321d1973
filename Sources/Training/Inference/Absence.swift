import ConversationModels
import Conversations
import FeatureStore
import Tensors

/// What can be taken away from a model's input, to see how its probabilities move.
public enum Absence: Equatable, Sendable {
    /// Every utterance has the mean of the modality's features over the utterances that the run was trained on.
    case modality(Modality)
    /// Every utterance is a dialogue of its own.
    case context
    /// Everybody in a dialogue is who speaks first in it.
    case speaker

    /// One word for it.
    public var name: String {
        switch self {
        case .modality(let modality): modality.rawValue
        case .context: "context"
        case .speaker: "speaker"
        }
    }

    /// What can be taken away from what a run reads, in the order of the cases.
    static func all(of run: TrainedRun) -> [Absence] {
        let configuration = run.record.configuration
        return configuration.modalities.members.map(Absence.modality) + [.context]
            + (configuration.definition.speakers(configuration.model) == .nothing ? [] : [.speaker])
    }
}

/// The means of the features over the utterances that a run was trained on: what stands for a modality that is taken away.
struct FeatureMeans {
    private let text: [[Float]]
    private let audio: [Float]?
    private let visual: [Float]?

    /// Reads the rows once; memory is bounded by the minibatches.
    /// - Parameter given: Where the run's own store may be, beside the path that it remembers.
    /// - Throws: `TrainingError` where the run's store is not at hand, or rows cannot be used; what the store throws.
    init(of run: TrainedRun, given: Store, verify: Bool, observe: (TrainingEvent) -> Void) throws {
        let (store, configuration) = (try run.ownStore(or: given), run.record.configuration)
        let labels = try RunLabels(store: store, data: configuration.data)
        let dialogues = try TrainingSplits(
            store: store, labels: labels, data: configuration.data, protocol: configuration.training.protocol
        ).train
        let source = try MinibatchSource(store: store, modalities: configuration.modalities, labels: labels)
        observe(.preparing("taking the means of the features that the run was trained on"))
        // What is predicted was checked before.
        if verify, store.path != given.path { try source.verify(dialogues) }
        let reader = source.stream(
            DialogueOrder.batches(dialogues, size: configuration.training.batchSize),
            prefetch: configuration.training.prefetch)
        var (count, sums) = (0, [[Double]]())
        while let batch = try reader.next() {
            let features = Self.features(of: batch.input)
            if sums.isEmpty { sums = features.map { [Double](repeating: 0, count: $0.columns) } }
            for (index, feature) in features.enumerated() {
                let (values, width) = (feature.values, feature.columns)
                sums[index].withUnsafeMutableBufferPointer { sum in
                    for row in 0..<feature.rows {
                        for column in 0..<width { sum[column] += Double(values[row * width + column]) }
                    }
                }
            }
            count += batch.input.utterances
        }
        let means = sums.map { $0.map { Float($0 / Double(max(1, count))) } }
        let layers = source.features.text.count
        text = Array(means.prefix(layers))
        audio = source.features.audio.map { _ in means[layers] }
        visual = source.features.visual.map { _ in means[means.count - 1] }
    }

    private static func features(of input: ConversationBatch) -> [Tensor] {
        input.text + [input.audio, input.visual].compactMap { $0 }
    }

    /// The same minibatch without a modality.
    func removing(_ modality: Modality, from input: ConversationBatch) -> ConversationBatch {
        func rows(_ mean: [Float]) -> Tensor {
            let tensor = Tensor.minibatch(rows: input.utterances, columns: mean.count)
            for row in 0..<input.utterances {
                _ = tensor.rows(row..<row + 1).values.update(fromContentsOf: mean)
            }
            return tensor
        }
        var result = input
        switch modality {
        case .text: result.text = text.map(rows)
        case .audio: result.audio = audio.map(rows)
        case .visual: result.visual = visual.map(rows)
        }
        return result
    }
}

extension TrainedRun {
    /// The store that it was trained on.
    fileprivate func ownStore(or given: Store) throws -> Store {
        if try given.hasContent(record.contentID) { return given }
        if let own = try? Store(opening: record.storePath), try own.hasContent(record.contentID) { return own }
        throw TrainingError(
            .data,
            "--explain needs the features that \(folder.path) was trained on, for their means, and the run's store is not at "
                + "\(record.storePath) any more; put it back there.")
    }
}

extension ConversationBatch {
    /// The same with one speaker in each dialogue: the first.
    var withoutSpeakers: ConversationBatch {
        var (result, first) = (self, 0)
        for length in lengths {
            for index in first..<first + length { result.speakers[index] = speakers[first] }
            first += length
        }
        return result
    }

    /// Some of the utterances, each as a dialogue of its own.
    func alone(_ utterances: Range<Int>) -> ConversationBatch {
        ConversationBatch(
            text: text.map { $0.rows(utterances) }, audio: audio?.rows(utterances), visual: visual?.rows(utterances),
            speakers: Array(speakers[utterances]), lengths: [Int](repeating: 1, count: utterances.count))
    }
}
