import Conversations

/// One dialogue of a store about to be written.
public struct DialogueEntry: Sendable, Equatable {
    /// Unique within the store.
    public var id: String
    /// How many utterances it has, at least one.
    public var utteranceCount: Int
    /// Index into ``StoreManifest/splits``.
    public var split: Int
    /// The dialogue's position in the base file's own lists (its train list, which holds valid too, then its test list),
    /// so that the order in which published code visits dialogues can be recovered. Unique, 0 to the number of dialogues.
    public var sourcePosition: Int

    /// An entry; see the properties.
    public init(id: String, utteranceCount: Int, split: Int, sourcePosition: Int) {
        self.id = id
        self.utteranceCount = utteranceCount
        self.split = split
        self.sourcePosition = sourcePosition
    }
}

/// One split of the dialogues.
public struct SplitDescription: Sendable, Equatable {
    /// "train", "valid" or "test".
    public var name: String
    /// Where it came from, in words.
    public var origin: String

    /// A description; see the properties.
    public init(name: String, origin: String) {
        self.name = name
        self.origin = origin
    }
}

/// Labels of the utterances beside those of emotion, for example sentiment.
public struct LabelSet: Sendable, Equatable {
    /// The name of its group under `/targets`.
    public var name: String
    /// The names of its classes.
    public var labelNames: [String]
    /// A class per utterance, an index into ``labelNames``; -1 where there is none.
    public var labels: [Int32]
    /// The number per utterance that its class was made of, NaN for none; nil where the source has classes only.
    public var values: [Double]?

    /// A set; see the properties.
    public init(name: String, labelNames: [String], labels: [Int32], values: [Double]? = nil) {
        self.name = name
        self.labelNames = labelNames
        self.labels = labels
        self.values = values
    }

    /// Whether both say the same of every utterance; NaN is NaN.
    public static func == (one: LabelSet, other: LabelSet) -> Bool {
        one.name.utf8.elementsEqual(other.name.utf8) && one.labels == other.labels
            && one.labelNames.map { Array($0.utf8) } == other.labelNames.map { Array($0.utf8) }
            && one.values?.map(\.bitPattern) == other.values?.map(\.bitPattern)
    }
}

/// One file that a store was made from.
public struct SourceFile: Sendable, Equatable {
    /// The file's name without its folder, so that the same input gives the same store wherever it lies.
    public var name: String
    /// Its size.
    public var bytes: Int
    /// Its SHA-256 in hexadecimal.
    public var sha256: String
    /// The layout it was recognised as.
    public var layout: String

    /// Stands for a SHA-256 that is taken while the store is written.
    public static let pendingSHA256 = String(repeating: "0", count: 64)

    /// A description; see the properties.
    public init(name: String, bytes: Int, sha256: String, layout: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
        self.layout = layout
    }
}

/// Everything in a store but the feature rows.
///
/// Arrays "per utterance" have as many elements as the dialogues have utterances together, in the order of the dialogues.
public struct StoreManifest: Sendable {
    /// The dataset's name, for example "IEMOCAP".
    public var dataset: String
    /// The dialogues, in the order in which they are stored: train, then valid, then test.
    public var dialogues: [DialogueEntry]
    /// An id per utterance.
    public var utteranceIDs: StringColumn
    /// A class per utterance, an index into ``labelNames``; -1 where there is none.
    public var labels: [Int32]
    /// A speaker per utterance, an index into ``speakerNames``.
    public var speakers: [UInt32]
    /// What was said, per utterance.
    public var sentences: StringColumn
    /// The names of the classes.
    public var labelNames: [String]
    /// The names of the speakers; with `SpeakerScope.dialogue`, of the places in a dialogue.
    public var speakerNames: [String]
    /// Over which utterances a speaker number means one person.
    public var speakerScope: SpeakerScope
    /// The splits that ``DialogueEntry/split`` points into.
    public var splits: [SplitDescription]
    /// The features that will be written.
    public var features: [FeatureDescription]
    /// Labels beside those of emotion.
    public var targets: [LabelSet] = []
    /// The files the store is made from. Where a SHA-256 is not known yet, give ``SourceFile/pendingSHA256`` and tell it with
    /// ``StoreWriter/noteSHA256(_:ofSource:)``.
    public var sources: [SourceFile] = []
    /// The version of the program that makes it.
    public var toolVersion = ""
    /// The options it was given, in words.
    public var options = ""
    /// What the conversion warned about.
    public var warnings: [String] = []
    /// When it was made (ISO 8601, UTC). Nil, the default, leaves it out: the time of day would break the promise that the
    /// same input gives the same bytes. Set it only from `SOURCE_DATE_EPOCH`.
    public var created: String?
    /// How many sentences were not UTF-8 and were read as latin1.
    public var latin1Sentences = 0

    /// A manifest without provenance, which the remaining properties hold.
    public init(
        dataset: String, dialogues: [DialogueEntry], utteranceIDs: some Sequence<String>, labels: [Int32],
        speakers: [UInt32],
        sentences: some Sequence<String>, labelNames: [String], speakerNames: [String], speakerScope: SpeakerScope,
        splits: [SplitDescription], features: [FeatureDescription]
    ) {
        self.dataset = dataset
        self.dialogues = dialogues
        self.utteranceIDs = StringColumn(utteranceIDs)
        self.labels = labels
        self.speakers = speakers
        self.sentences = StringColumn(sentences)
        self.labelNames = labelNames
        self.speakerNames = speakerNames
        self.speakerScope = speakerScope
        self.splits = splits
        self.features = features
    }

    /// The number of utterances of all dialogues.
    public var utteranceCount: Int { dialogues.reduce(0) { $0 + $1.utteranceCount } }
}

/// What a feature is: one vector of `width` values per utterance.
public struct FeatureDescription: Sendable, Equatable {
    /// The name of its dataset under `/features`, for example "text_roberta_1", "audio", "visual".
    public var name: String
    /// The kind of signal.
    public var modality: Modality
    /// Which of several layers of one encoder it is, counted from 1 in the order in which a model takes them; nil where
    /// the feature stands alone.
    public var layer: Int?
    /// Values per utterance.
    public var width: Int
    /// The program or network that computed it, where known.
    public var extractor: String?
    /// The number type in the source file, by NumPy's name ("float32", "float64").
    public var sourceDataType: String

    /// A description; see the properties.
    public init(
        name: String, modality: Modality, layer: Int? = nil, width: Int, extractor: String? = nil,
        sourceDataType: String = "float32"
    ) {
        self.name = name
        self.modality = modality
        self.layer = layer
        self.width = width
        self.extractor = extractor
        self.sourceDataType = sourceDataType
    }
}

/// How many values of a feature are not the source's because the user asked for it.
public struct MendedValues: Sendable, Equatable {
    /// NaN and infinities that another number took the place of.
    public var replaced = 0
    /// Finite numbers beyond float32's range that became its largest or smallest.
    public var clipped = 0

    /// Counts; see the properties.
    public init(replaced: Int = 0, clipped: Int = 0) { (self.replaced, self.clipped) = (replaced, clipped) }

    /// Adds the counts of other rows of the feature.
    public static func += (sum: inout MendedValues, other: MendedValues) {
        sum.replaced += other.replaced
        sum.clipped += other.clipped
    }

    static let (replacedName, clippedName) = ("replaced_values", "clipped_values")
}
