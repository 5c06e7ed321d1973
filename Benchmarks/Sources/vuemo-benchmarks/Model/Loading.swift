import FeatureStore
import Foundation
import Tensors

/// Reading a minibatch's features out of a store, as the reader thread does it, from a file that the system holds in memory.
enum Loading {
    private static let features =
        (1...4).map { (layer: Int) in
            FeatureDescription(name: "text_\(layer)", modality: .text, layer: layer, width: 1024)
        } + [
            FeatureDescription(name: "audio", modality: .audio, width: 1582),
            FeatureDescription(name: "visual", modality: .visual, width: 342),
        ]

    /// Bytes only: every number is read from the system's memory and written into the tensors.
    static func benchmarks(_ dialogues: Dialogues) -> [Benchmark] {
        let width = features.reduce(0) { $0 + $1.width }
        return [
            Benchmark("loading a minibatch: \(dialogues.summary)", cost: 2 * Cost.numbers(dialogues.utterances * width))
            {
                let folder = FileManager.default.temporaryDirectory.appending(
                    path: "vuemo-benchmarks-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let path = folder.appending(path: "store.h5").path
                defer { try? FileManager.default.removeItem(at: folder) }
                try write(dialogues, to: path)
                // The open file outlives its name.
                let store = try Store(opening: path)
                return { try load(store) }
            }
        ]
    }

    private static func load(_ store: Store) throws {
        for feature in features {
            let tensor = Tensor(rows: store.utteranceCount, columns: feature.width)
            for range in store.dialogues.map(\.range) {
                try store.readRows(of: feature.name, range, into: tensor.rows(range).values)
            }
        }
    }

    private static func write(_ dialogues: Dialogues, to path: String) throws {
        let n = dialogues.utterances
        let manifest = StoreManifest(
            dataset: "IEMOCAP",
            dialogues: dialogues.lengths.enumerated().map {
                DialogueEntry(id: "dialogue-\($0)", utteranceCount: $1, split: 0, sourcePosition: $0)
            },
            utteranceIDs: (0..<n).map { "utterance-\($0)" }, labels: .init(repeating: 0, count: n),
            speakers: .init(repeating: 0, count: n), sentences: StringColumn([String](repeating: "", count: n)),
            labelNames: ["neutral"],
            speakerNames: ["M"], speakerScope: .corpus, splits: [SplitDescription(name: "train", origin: "made up")],
            features: features)
        _ = try StoreWriter.write(manifest, to: path) { writer in
            for (seed, feature) in features.enumerated() {
                try writer.append(
                    rows: UnsafeBufferPointer(Tensor.random(n, feature.width, seed: UInt64(seed)).values),
                    to: feature.name)
            }
        }
    }
}
