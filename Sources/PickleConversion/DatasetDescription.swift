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
    var layouts: [String]
    var warnings: [String]
}
