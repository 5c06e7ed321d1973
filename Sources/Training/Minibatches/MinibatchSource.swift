import FeatureStore
import Tensors
import VUEMO

/// Reads minibatches out of a store: rows go from the file straight into the tensors that the model computes on.
final class MinibatchSource: Sendable {
    private let store: Store
    let features: FeatureSelection

    /// - Throws: `TrainingError` where the store lacks a modality.
    init(store: Store, modalities: Modalities) throws(TrainingError) {
        self.store = store
        features = try FeatureSelection(store: store, modalities: modalities)
    }

    /// Checks the checksums of every feature in use.
    func verify() throws { try store.verify(features: features.all.map(\.name)) }

    /// A thread that reads `batches` in their order, `prefetch` of them ahead. Memory is bounded by these batches.
    func stream(_ batches: [[Int]], prefetch: Int) -> PrefetchingReader<Minibatch> {
        PrefetchingReader(count: batches.count, ahead: prefetch) { try self.load(batches[$0]) }
    }

    /// Reads one minibatch.
    /// - Throws: `TrainingError` where a feature holds NaN or infinity; `StoreError` where rows cannot be read.
    func load(_ dialogues: [Int]) throws -> Minibatch {
        let entries = dialogues.map { store.dialogues[$0] }
        let rows = entries.map(\.range)
        func read(_ feature: FeatureDescription) throws -> Tensor {
            let tensor = Tensor.minibatch(rows: rows.reduce(0) { $0 + $1.count }, columns: feature.width)
            var first = 0
            for (range, entry) in zip(rows, entries) {
                let block = tensor.rows(first..<first + range.count).values
                try store.readRows(of: feature.name, range, into: block)
                guard isFinite(UnsafeBufferPointer(block)) else { throw notFinite(feature, dialogue: entry.id) }
                first += range.count
            }
            return tensor
        }
        let input = ModelInput(
            text: try features.text.map(read), audio: try features.audio.map(read),
            visual: try features.visual.map(read),
            speakers: rows.flatMap { store.speakers[$0].map(Int32.init) }, lengths: rows.map(\.count))
        return Minibatch(dialogues: dialogues, input: input, labels: rows.flatMap { store.labels[$0] })
    }

    private func notFinite(_ feature: FeatureDescription, dialogue: String) -> TrainingError {
        TrainingError(
            .data,
            "\(store.path): feature \(feature.name) of dialogue \(dialogue) holds NaN or infinity, which training cannot use; "
                + "vuemo validate lists every such place, and the source files need mending.")
    }
}

/// Whether no number is NaN or infinite. Works on bits, so that the loop runs on whole vectors.
private func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    let exponent: UInt32 = 0x7F80_0000
    var special: UInt32 = 0
    for value in values { special |= (value.bitPattern & exponent) == exponent ? 1 : 0 }
    return special == 0
}
