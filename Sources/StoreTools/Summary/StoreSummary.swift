import FeatureStore
import Foundation

/// What a store holds: sizes, splits, classes, speakers, lengths, features, and where it came from.
public struct StoreSummary: Encodable, Sendable {
    /// One split.
    public struct Split: Encodable, Sendable {
        /// Its name.
        public var name: String
        /// Where it came from, in words.
        public var origin: String
        /// How many dialogues it has.
        public var dialogues: Int
        /// How many utterances its dialogues have.
        public var utterances: Int
        /// Utterances of each class, in the order of the classes.
        public var classes: [Int]
        /// Utterances without a class.
        public var unlabelled: Int
        /// Utterances of each speaker, in the order of the speakers.
        public var speakers: [Int]
        /// Utterances of each speaker (outer) and class (inner).
        package var speakersByClass: [[Int]]
        /// The lengths of its dialogues; nil without dialogues.
        public var lengths: Lengths?

        private enum CodingKeys: String, CodingKey {
            case name, origin, dialogues, utterances, classes, unlabelled, speakers
            case speakersByClass = "speakers_by_class"
            case lengths
        }
    }

    /// How many utterances dialogues have.
    public struct Lengths: Encodable, Sendable, Equatable {
        /// The shortest dialogue.
        public var shortest: Int
        /// As many dialogues are shorter as are longer.
        public var median: Int
        /// The longest dialogue.
        public var longest: Int
        /// Utterances per dialogue.
        public var mean: Double

        init?(_ lengths: [Int]) {
            let sorted = lengths.sorted()
            guard let first = sorted.first, let last = sorted.last else { return nil }
            (shortest, median, longest) = (first, sorted[sorted.count / 2], last)
            mean = Double(sorted.reduce(0, +)) / Double(sorted.count)
        }
    }

    /// One feature.
    public struct Feature: Encodable, Sendable {
        /// The name of its dataset.
        public var name: String
        /// text, audio or visual.
        public var modality: String
        /// Which of several layers it is.
        public var layer: Int?
        /// Values per utterance.
        public var width: Int
        /// What computed it.
        public var extractor: String?
        /// The number type in the source file.
        public var sourceDataType: String
        /// The bytes its rows take in the file.
        public var bytes: Int
        /// Whether they are compressed.
        public var isCompressed: Bool
        /// NaN and infinities of the source that were replaced on request.
        var replacedValues: Int
        /// Numbers beyond float32's range that were clipped to it on request.
        var clippedValues: Int

        private enum CodingKeys: String, CodingKey {
            case name, modality, layer, width, extractor
            case sourceDataType = "source_dtype"
            case bytes
            case isCompressed = "compressed"
            case replacedValues = "replaced_values"
            case clippedValues = "clipped_values"
        }
    }

    /// Labels beside those of emotion.
    public struct Target: Encodable, Sendable {
        /// The name of their group.
        var name: String
        /// The names of their classes.
        var classes: [String]
        /// For each split, in the order of the splits, the utterances of each class.
        var utterances: [[Int]]
        /// For each split the utterances without one.
        var unlabelled: [Int]
        /// The smallest and the largest finite one of the numbers that the classes were made of, where the store has some.
        var values: [Double]?
        /// How many of these numbers are infinite, where some are: no writer of this project's.
        var infiniteValues: Int?

        private enum CodingKeys: String, CodingKey {
            case name, classes, utterances, unlabelled, values
            case infiniteValues = "infinite_values"
        }
    }

    /// One source file.
    public struct Source: Encodable, Sendable {
        /// Its name without folder.
        public var name: String
        /// Its size.
        public var bytes: Int
        /// Its SHA-256.
        public var sha256: String
        /// The layout it was recognised as.
        public var layout: String
    }

    /// The path as it was given.
    public var file: String
    /// The size of the file.
    public var bytes: Int
    /// The dataset's name.
    public var dataset: String
    /// The format version.
    public var formatVersion: String
    /// Equal for the same content.
    public var contentID: String
    /// How many dialogues there are.
    public var dialogues: Int
    /// How many utterances there are.
    public var utterances: Int
    /// The names of the classes.
    public var classes: [String]
    /// The names of the speakers.
    public var speakers: [String]
    /// "corpus" or "dialogue".
    public var speakerScope: String
    /// The splits.
    public var splits: [Split]
    /// Labels beside those of emotion.
    var targets: [Target]
    /// The features.
    public var features: [Feature]
    /// The files the store was made from.
    public var sources: [Source]
    /// The version of the program that made it.
    public var toolVersion: String?
    /// The options the program was given.
    public var options: String?
    /// When it was made.
    public var created: String?
    /// What its making warned about.
    public var warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case file, bytes, dataset
        case formatVersion = "format_version"
        case contentID = "content_id"
        case dialogues, utterances
        case classes, speakers
        case speakerScope = "speaker_scope"
        case splits, targets, features, sources
        case toolVersion = "tool_version"
        case options, created, warnings
    }

    /// Summarises an open store; reads no features.
    public init(_ store: Store) throws {
        file = store.path
        bytes = try FileDigest.size(store.path)
        dataset = store.dataset
        formatVersion = store.formatVersion.description
        contentID = store.contentID
        dialogues = store.dialogues.count
        utterances = store.utteranceCount
        classes = store.labelNames
        speakers = store.speakerNames
        speakerScope = store.speakerScope.rawValue
        splits = store.splits.map { Self.summary(of: $0, in: store) }
        targets = store.targets.map { Self.summary(of: $0, in: store) }
        features = try store.features.map { feature in
            let storage = try store.storage(of: feature.name)
            let mended = try store.mendedValues(of: feature.name)
            return Feature(
                name: feature.name, modality: feature.modality.rawValue, layer: feature.layer, width: feature.width,
                extractor: feature.extractor, sourceDataType: feature.sourceDataType, bytes: storage.bytes,
                isCompressed: storage.isCompressed, replacedValues: mended.replaced, clippedValues: mended.clipped)
        }
        sources = (store.provenance?.sources ?? []).map {
            Source(name: $0.name, bytes: $0.bytes, sha256: $0.sha256, layout: $0.layout)
        }
        toolVersion = store.provenance?.toolVersion
        options = store.provenance?.options
        created = store.provenance?.created
        warnings = store.provenance?.warnings ?? []
    }

    private static func summary(of target: LabelSet, in store: Store) -> Target {
        var counts: [[Int]] = []
        for split in store.splits {
            var count = [Int](repeating: 0, count: target.labelNames.count + 1)  // the last: without one
            for row in store.dialogues(inSplit: split.name).map({ store.dialogues[$0].range }).joined() {
                count[target.labels[row] < 0 ? target.labelNames.count : Int(target.labels[row])] += 1
            }
            counts.append(count)
        }
        let numbers = target.values?.filter(\.isFinite) ?? []
        let infinite = target.values?.count(where: \.isInfinite) ?? 0
        return Target(
            name: target.name, classes: target.labelNames, utterances: counts.map { $0.dropLast() },
            unlabelled: counts.map { $0.last! },
            values: numbers.min().flatMap { least in numbers.max().map { [least, $0] } },
            infiniteValues: infinite > 0 ? infinite : nil)
    }

    private static func summary(of split: SplitDescription, in store: Store) -> Split {
        let members = store.dialogues(inSplit: split.name).map { store.dialogues[$0].range }
        var table = [[Int]](
            repeating: [Int](repeating: 0, count: store.labelNames.count), count: store.speakerNames.count)
        var speakers = [Int](repeating: 0, count: store.speakerNames.count)
        var unlabelled = 0
        for row in members.joined() {
            let (speaker, label) = (Int(store.speakers[row]), Int(store.labels[row]))
            speakers[speaker] += 1
            if label >= 0 { table[speaker][label] += 1 } else { unlabelled += 1 }
        }
        return Split(
            name: split.name, origin: split.origin, dialogues: members.count,
            utterances: members.reduce(0) { $0 + $1.count },
            classes: store.labelNames.indices.map { label in table.reduce(0) { $0 + $1[label] } },
            unlabelled: unlabelled, speakers: speakers, speakersByClass: table, lengths: Lengths(members.map(\.count)))
    }

    /// The summary as JSON, keys sorted.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
