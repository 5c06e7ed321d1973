import Conversations
import FeatureStore
import Tensors

/// A small store made from nothing, the same one for the same configuration. Each class shifts the features, so that a
/// model can learn it.
public struct SyntheticStore: Sendable {
    /// The number of dialogues of each split.
    public var dialogues = (train: 6, valid: 2, test: 3)
    /// The utterances of a dialogue: from the lower to the upper bound.
    public var utterances = 2...6
    /// The width of the text features.
    public var textWidth = 12
    /// The number of text layers; 0 for a single text feature without layers, named "text".
    public var textLayers = 4
    /// The width of the audio feature; 0 for none.
    public var audioWidth = 7
    /// The width of the visual feature; 0 for none.
    public var visualWidth = 5
    /// The number of classes.
    public var classes = 3
    /// The number of speakers.
    public var speakers = 2
    /// Over which utterances a speaker number means one person.
    public var speakerScope = SpeakerScope.dialogue
    /// How far the classes lie apart, in standard deviations of the noise.
    public var signal: Float = 1.5
    /// What the features follow from.
    public var seed: UInt64 = 1

    /// The default configuration; change what a test is about.
    public init() {}

    /// The features the store will hold.
    public var features: [FeatureDescription] {
        var features: [FeatureDescription] = []
        if textWidth > 0 {
            features =
                textLayers == 0
                ? [FeatureDescription(name: "text", modality: .text, width: textWidth)]
                : (1...textLayers).map {
                    FeatureDescription(
                        name: "text_roberta_\($0)", modality: .text, layer: $0, width: textWidth, extractor: "RoBERTa")
                }
        }
        if audioWidth > 0 { features.append(FeatureDescription(name: "audio", modality: .audio, width: audioWidth)) }
        if visualWidth > 0 {
            features.append(FeatureDescription(name: "visual", modality: .visual, width: visualWidth))
        }
        return features
    }

    /// Everything but the feature rows.
    public var manifest: StoreManifest {
        var random = SplitMix64(seed: seed)
        let splits = [dialogues.train, dialogues.valid, dialogues.test].enumerated().flatMap { split, count in
            [Int](repeating: split, count: count)
        }
        let entries = splits.enumerated().map { index, split in
            DialogueEntry(
                id: "dialogue-\(index)", utteranceCount: Int.random(in: utterances, using: &random), split: split,
                sourcePosition: index)
        }
        let count = entries.reduce(0) { $0 + $1.utteranceCount }
        let ids = entries.flatMap { entry in (0..<entry.utteranceCount).map { "\(entry.id)_\($0)" } }
        var manifest = StoreManifest(
            dataset: "SYNTHETIC", dialogues: entries, utteranceIDs: ids,
            // In turn, so that every class occurs wherever there are enough utterances.
            labels: (0..<count).map { Int32($0 % classes) },
            speakers: (0..<count).map { _ in UInt32.random(in: 0..<UInt32(speakers), using: &random) },
            sentences: ids.map { "Sentence of \($0), naïve." },
            labelNames: (0..<classes).map { "class \($0)" }, speakerNames: (0..<speakers).map { "speaker \($0)" },
            speakerScope: speakerScope,
            splits: ["train", "valid", "test"].map { SplitDescription(name: $0, origin: "made up") }, features: features
        )
        manifest.sources = [
            SourceFile(name: "nothing.pkl", bytes: 0, sha256: String(repeating: "0", count: 64), layout: "synthetic")
        ]
        manifest.toolVersion = "test"
        return manifest
    }

    /// The rows of a feature, utterance after utterance: noise, shifted by the class of the utterance.
    public func rows(of feature: FeatureDescription, in manifest: StoreManifest) -> [Float] {
        var random = SplitMix64(seed: feature.name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
        let shifts = (0..<classes * feature.width).map { _ in random.nextSpread() * signal }
        return manifest.labels.flatMap { label in
            (0..<feature.width).map { column in
                random.nextSpread() + (label < 0 ? 0 : shifts[Int(label) * feature.width + column])
            }
        }
    }

    /// Writes the store.
    /// - Parameters:
    ///   - changing: Changes the manifest before it is written.
    ///   - changingRows: Changes the rows of a feature before they are written.
    @discardableResult
    public func write(
        to path: String, options: StoreWriterOptions = StoreWriterOptions(),
        changing: (inout StoreManifest) -> Void = { _ in },
        changingRows: (FeatureDescription, inout [Float]) -> Void = { _, _ in }
    ) throws -> WrittenStore {
        var manifest = manifest
        changing(&manifest)
        return try StoreWriter.write(manifest, to: path, options: options) { writer in
            for feature in manifest.features {
                var rows = rows(of: feature, in: manifest)
                changingRows(feature, &rows)
                try writer.append(rows: rows, to: feature.name)
            }
        }
    }
}
