import Conversations
import Foundation
import HDF5

/// One dialogue of an open store.
public struct StoreDialogue: Sendable, Equatable {
    /// Unique within the store.
    public var id: String
    /// Index into ``Store/splits``; nil where the dialogue belongs to none.
    public var split: Int?
    /// The rows of its utterances, in every per-utterance array and every feature.
    public var range: Range<Int>
    /// Its position in the base file's own lists (train with valid, then test); see ``DialogueEntry/sourcePosition``.
    public var sourcePosition: Int

    /// A dialogue; see the properties.
    public init(id: String, split: Int?, range: Range<Int>, sourcePosition: Int) {
        self.id = id
        self.split = split
        self.range = range
        self.sourcePosition = sourcePosition
    }
}

/// What a store says about the file's making.
public struct StoreProvenance: Sendable, Equatable {
    /// The files it was made from.
    public var sources: [SourceFile]
    /// The version of the program that made it.
    public var toolVersion: String
    /// The options the program was given.
    public var options: String
    /// What the conversion warned about.
    public var warnings: [String]
    /// When it was made, where that was recorded.
    public var created: String?
    /// How many sentences were not UTF-8 and were read as latin1.
    public var latin1Sentences: Int
}

/// An open feature store. Opening reads and checks everything but features and sentences, which are read on demand.
///
/// May be used from several threads: everything but reading never changes, and reads take turns inside the HDF5 layer.
public final class Store: @unchecked Sendable {
    /// The path as it was given.
    public let path: String
    /// The dataset's name, for example "IEMOCAP".
    public let dataset: String
    /// The format version the file states.
    public let formatVersion: FormatVersion
    /// Equal for stores of the same data and of one minor format version, however they are laid out; see ``hasContent(_:)``.
    public let contentID: String
    /// The dialogues in stored order.
    public let dialogues: [StoreDialogue]
    /// An id per utterance.
    public let utteranceIDs: StringColumn
    /// A class per utterance, an index into ``labelNames``; -1 where there is none.
    public let labels: [Int32]
    /// A speaker per utterance, an index into ``speakerNames``.
    public let speakers: [UInt32]
    /// The names of the classes.
    public let labelNames: [String]
    /// The names of the speakers, or with `SpeakerScope.dialogue` of the places in a dialogue.
    public let speakerNames: [String]
    /// Over which utterances a speaker number means one person.
    public let speakerScope: SpeakerScope
    /// The splits.
    public let splits: [SplitDescription]
    /// The features, sorted by name.
    public let features: [FeatureDescription]
    /// Labels beside those of emotion, sorted by name.
    public let targets: [LabelSet]
    /// Where the store came from; nil where the file does not say.
    public let provenance: StoreProvenance?

    let file: File
    private let opened: OpenedFile
    let textOffsets: [UInt64]
    /// By the bytes of their names: Swift takes letters composed in two ways for one.
    let datasets: [[UInt8]: FeatureDataset]

    /// The number of utterances.
    public var utteranceCount: Int { labels.count }

    /// Opens a store, reads its metadata and checks that against its checksums.
    /// - Throws: ``StoreError`` where the file is missing, no HDF5, no store, incomplete, of another major version, lacks
    ///   an object, or has damaged metadata. Features are checked by `verify(features:)`.
    public init(opening path: String) throws(StoreError) {
        let reader = try StoreReader(opening: path)
        // Before any value is read of it.
        opened = try OpenedFile(path)
        let header = try reader.readHeader()
        self.path = path
        self.dataset = header.dataset
        self.formatVersion = header.version
        self.contentID = header.contentID
        let tables = try reader.readTables()
        self.dialogues = tables.dialogues
        self.utteranceIDs = tables.utteranceIDs
        self.labels = tables.labels
        self.speakers = tables.speakers
        self.labelNames = tables.labelNames
        self.speakerNames = tables.speakerNames
        self.speakerScope = tables.speakerScope
        self.splits = tables.splits
        self.textOffsets = tables.textOffsets
        let features = try reader.readFeatures(rows: tables.labels.count)
        self.features = features.map(\.description)
        self.datasets = Dictionary(uniqueKeysWithValues: features.map { (Array($0.description.name.utf8), $0) })
        self.targets = try reader.readTargets(rows: tables.labels.count)
        self.provenance = try reader.readProvenance()
        try reader.checkContentID(header.contentID, header.version)
        self.file = reader.takeFile()
    }

    /// Whether this is the content that an id stands for: the store's own, or the one by the definition of another format version.
    /// - Throws: ``StoreError`` where the file cannot be read.
    public func hasContent(_ id: String) throws(StoreError) -> Bool {
        if contentID == id { return true }
        do {
            let datasets = file.contents().datasets
            for definition in [ContentIdentifier.Definition.storage, .meaning]
            where try file.statedContentID(definition, datasets: datasets) == id { return true }
            return false
        } catch {
            throw StoreError(error, reason: .damaged)
        }
    }

    /// Refuses a file that was cut or written to since it was opened: what was read of it may be of two versions, or zeros.
    /// - Throws: ``StoreError`` of the reason `changed`.
    public func requireUnchanged() throws(StoreError) {
        guard opened.isUnchanged else {
            throw StoreError(
                .changed, file: path,
                message:
                    "its size or its time of writing changed while it was in use, so what was read of it may be of two "
                    + "versions; check it with 'vuemo validate' or convert again, and start anew")
        }
    }

    /// Refuses a path that leads to no readable file.
    package static func requireFile(_ path: String) throws(StoreError) {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw StoreError(.unreadable, file: path, message: "there is no such file; check the path")
        }
        switch information.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw StoreError(.unreadable, file: path, message: "it is a folder; give the store file in it")
        default:
            // Opening a pipe would wait for a writer.
            throw StoreError(
                .unreadable, file: path,
                message: "it is a pipe, a socket or a device; a store must be a regular file: save it to one first")
        }
        guard access(path, R_OK) == 0 else {
            throw StoreError(.unreadable, file: path, message: "permission to read it is denied")
        }
    }

    // MARK: Choosing

    /// The indices of the dialogues of a split, in stored order; empty where there is no such split.
    public func dialogues(inSplit name: String) -> [Int] {
        guard let split = splits.firstIndex(where: { $0.name == name }) else { return [] }
        return dialogues.indices.filter { dialogues[$0].split == split }
    }

    /// The features of a modality that a model takes: the numbered layers in their order if there are any, otherwise the
    /// features that stand alone, sorted by name.
    public func features(of modality: Modality) -> [FeatureDescription] {
        let all = features.filter { $0.modality == modality }
        let layers = all.filter { $0.layer != nil }.sorted { ($0.layer ?? 0, $0.name) < ($1.layer ?? 0, $1.name) }
        return layers.isEmpty ? all : layers
    }

    /// The feature of that name, or nil.
    public func feature(named name: String) -> FeatureDescription? {
        features.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}

/// An open feature dataset; a class, so that a dictionary can hold it.
final class FeatureDataset {
    let description: FeatureDescription
    let dataset: Dataset

    init(_ description: FeatureDescription, _ dataset: consuming Dataset) {
        self.description = description
        self.dataset = dataset
    }
}
