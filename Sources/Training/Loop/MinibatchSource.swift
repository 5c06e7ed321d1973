import Concurrency
import ConversationModels
import Conversations
import FeatureStore
import Tensors

/// Reads minibatches out of a store: rows go from the file straight into the tensors that the model computes on.
final class MinibatchSource: Sendable {
    private let store: Store
    let features: FeatureSelection
    /// What the model learns to tell apart.
    let labels: RunLabels
    /// Number of classes, C.
    var classes: Int { classNames.count }
    /// Their names, in order.
    var classNames: [String] { labels.names }

    /// - Parameter labels: nil for the store's labels of emotion.
    /// - Throws: `TrainingError` where the store lacks a modality.
    init(store: Store, modalities: Modalities, labels: RunLabels? = nil) throws(TrainingError) {
        self.store = store
        self.labels = if let labels { labels } else { try RunLabels(store: store) }
        features = try FeatureSelection(store: store, modalities: modalities)
    }

    /// The id of a dialogue.
    func name(of dialogue: Int) -> String { store.dialogues[dialogue].id }

    /// Checks the checksums of every feature in use, and that none of `dialogues` holds NaN or infinity in them.
    /// - Throws: `StoreError` naming damaged rows; `TrainingError` naming feature and dialogue of the first such number.
    func verify(_ dialogues: [Int]) throws {
        var special: [(feature: String, row: Int)] = []
        try store.verify(features: features.all.map(\.name)) { special.append(($0, $1)) }
        guard !special.isEmpty else { return }
        let used = dialogues.map { store.dialogues[$0] }
        for (feature, row) in special {
            if let entry = used.first(where: { $0.range.contains(row) }) {
                throw notFinite(feature, dialogue: entry.id)
            }
        }
    }

    /// A thread that reads `batches` in their order, `prefetch` of them ahead. Memory is bounded by these batches.
    func stream(_ batches: [[Int]], prefetch: Int) -> BackgroundWork<Minibatch> {
        BackgroundWork("minibatch reader", count: batches.count, ahead: prefetch) { index, _ in
            try self.load(batches[index])
        }
    }

    /// Reads one minibatch.
    /// - Throws: `TrainingError` where a feature holds NaN or infinity; `StoreError` where rows cannot be read, or the file was
    ///   written to since it was opened.
    func load(_ dialogues: [Int]) throws -> Minibatch {
        let entries = dialogues.map { store.dialogues[$0] }
        let rows = entries.map(\.range)
        func tensor(_ feature: FeatureDescription) throws -> Tensor {
            let matrix = Tensor.minibatch(rows: rows.reduce(0) { $0 + $1.count }, columns: feature.width)
            var first = 0
            for (range, entry) in zip(rows, entries) {
                let block = matrix.rows(first..<first + range.count).values
                try store.readRows(of: feature.name, range, into: block)
                guard UnsafeBufferPointer(block).allFinite else {
                    throw notFinite(feature.name, dialogue: entry.id)
                }
                first += range.count
            }
            return matrix
        }
        // Whether they could be read or not: of a file that was written to, neither rows nor errors mean anything.
        let read = Result {
            (try features.text.map(tensor), try features.audio.map(tensor), try features.visual.map(tensor))
        }
        try store.requireUnchanged()
        let (text, audio, visual) = try read.get()
        let input = ConversationBatch(
            text: text, audio: audio, visual: visual,
            speakers: rows.flatMap { store.speakers[$0].map(Int32.init) }, lengths: rows.map(\.count))
        return Minibatch(dialogues: dialogues, input: input, labels: rows.flatMap { labels.labels[$0] })
    }

    private func notFinite(_ feature: String, dialogue: String) -> TrainingError {
        TrainingError(
            .data,
            "\(store.path): feature \(feature) of dialogue \(dialogue) holds NaN or infinity, which training cannot use; "
                + "vuemo validate lists every such place, and the source files need mending.")
    }
}

/// Some dialogues with their features: what one step computes on.
public struct Minibatch: Sendable {
    /// Indices into the store's dialogues, in the batch's order.
    public let dialogues: [Int]
    /// Flat rows [N, width] of every feature in use, dialogues end to end.
    public let input: ConversationBatch
    /// [N] gold classes, negative where an utterance has none.
    public let labels: [Int32]
}

/// The features of a store that feed each modality in use.
struct FeatureSelection: Sendable {
    /// The text layers in order of their number, or the one text feature of a store without layers; empty where text is not used.
    var text: [FeatureDescription] = []
    var audio: FeatureDescription?
    var visual: FeatureDescription?

    /// - Throws: `TrainingError` where the store lacks a modality that is asked for.
    init(store: Store, modalities: Modalities) throws(TrainingError) {
        func features(_ modality: Modality) throws(TrainingError) -> [FeatureDescription] {
            let found = store.features(of: modality)
            guard !found.isEmpty else {
                let present = Set(store.features.map(\.modality.rawValue)).sorted().joined(separator: ", ")
                throw TrainingError(
                    .data,
                    "\(store.path) has no \(modality.rawValue) features, which modalities \(modalities) ask for; "
                        + "it has \(present), so choose among those with --modalities.")
            }
            return found
        }
        if modalities.contains(.text) { text = Self.textLayers(try features(.text)) }
        if let first = text.first, let other = text.first(where: { $0.width != first.width }) {
            throw TrainingError(
                .data,
                "\(store.path): the text layers \(first.name) and \(other.name) have \(first.width) and \(other.width) columns; "
                    + "layers of one encoder have one width, so convert them again.")
        }
        if modalities.contains(.audio) { audio = try features(.audio)[0] }
        if modalities.contains(.visual) { visual = try features(.visual)[0] }
    }

    var all: [FeatureDescription] { text + [audio, visual].compactMap { $0 } }

    /// All of them where they are layers of one encoder; otherwise the first, because unrelated features cannot be summed.
    static func textLayers(_ features: [FeatureDescription]) -> [FeatureDescription] {
        features.contains { $0.layer != nil } ? features : Array(features.prefix(1))
    }
}
