import Conversations
import Conversion
import FeatureStore
import Foundation

/// What `converters/assembly.py` says of a dataset: everything but the feature rows. Utterances lie end to end in the
/// order of `dialogues`.
struct DatasetDescription: Decodable {
    struct Split: Decodable {
        var name: String
        var origin: String
    }

    struct Feature: Decodable {
        var name: String
        var modality: String
        var layer: Int?
        var width: Int
        var extractor: String?
        var sourceType: String
    }

    struct Target: Decodable {
        var name: String
        var names: [String]
        var labels: [Int32]
        /// Null where an utterance has none.
        var values: [Double?]?
    }

    var dataset: String
    var labelNames: [String]
    var speakerNames: [String]
    var speakerScope: String
    var dialogues: [String]
    var utteranceCounts: [Int]
    var dialogueSplits: [Int]
    var sourceOrder: [Int]
    var splits: [Split]
    var utteranceIDs: [String]
    var labels: [Int32]
    var speakers: [UInt32]
    var latin1Sentences: Int
    var sentences: [String]
    var features: [Feature]
    var targets: [Target]
    var layouts: [String]
    var warnings: [String]
    /// What is said and not kept in the store.
    var notes: [String]
}

extension StoreManifest {
    /// The manifest of a dataset as `converters/` describes it, without sources and options.
    init(_ description: DatasetDescription) throws(ConversionError) {
        let count = description.dialogues.count
        guard description.utteranceCounts.count == count, description.dialogueSplits.count == count,
            description.sourceOrder.count == count,
            let scope = SpeakerScope(rawValue: description.speakerScope)
        else { throw .internalFault("the description of the dataset contradicts itself") }
        var features: [FeatureDescription] = []
        for feature in description.features {
            guard let modality = Modality(rawValue: feature.modality) else {
                throw .internalFault("feature \(feature.name) is of the unknown modality \(feature.modality)")
            }
            features.append(
                FeatureDescription(
                    name: feature.name, modality: modality, layer: feature.layer, width: feature.width,
                    extractor: feature.extractor, sourceDataType: feature.sourceType))
        }
        self.init(
            dataset: description.dataset,
            dialogues: (0..<count).map { index in
                DialogueEntry(
                    id: description.dialogues[index], utteranceCount: description.utteranceCounts[index],
                    split: description.dialogueSplits[index], sourcePosition: description.sourceOrder[index])
            },
            utteranceIDs: description.utteranceIDs, labels: description.labels, speakers: description.speakers,
            sentences: description.sentences, labelNames: description.labelNames,
            speakerNames: description.speakerNames, speakerScope: scope,
            splits: description.splits.map { SplitDescription(name: $0.name, origin: $0.origin) }, features: features)
        targets = description.targets.map { target in
            LabelSet(
                name: target.name, labelNames: target.names, labels: target.labels,
                values: target.values.map { $0.map { $0 ?? .nan } })
        }
        warnings = description.warnings
        latin1Sentences = description.latin1Sentences
    }
}
