import HDF5

/// The format of a store as a value: every dataset and every attribute, what it must be and what it means.
///
/// The writer, the reader and the rules of validation take names, types and shapes from here; `vuemo info --schema` prints it, and a test
/// holds the tables of FORMAT.md against it.
public enum StoreSchema {
    /// How many rows a dataset has, in terms of the store's dialogues, utterances and classes.
    public enum Rows: String, Sendable {
        case dialogues = "[D]"
        case dialoguesPlusOne = "[D+1]"
        case utterances = "[U]"
        case utterancesPlusOne = "[U+1]"
        case classes = "[C]"
        case any = "[any]"
        case asNames = "as names"
    }

    /// A list of the store: a dataset of one dimension.
    public struct List: Sendable {
        /// Where it stands.
        public let path: String
        /// The type of its numbers; nil for strings of fixed length.
        public let type: ScalarType?
        /// How many rows it has.
        public let rows: Rows
        /// Whether it may be missing.
        public var isOptional = false
        /// What it holds.
        public let meaning: String

        /// The type as FORMAT.md writes it.
        public var typeName: String { (type.map(StoreSchema.short) ?? "S") + (isOptional ? ", optional" : "") }
    }

    /// An attribute of the file, or of every feature.
    public struct Attribute: Sendable {
        /// "/" or "/features/<name>".
        public let object: String
        /// Its name.
        public let name: String
        /// The type of its number; nil for a string.
        public let type: ScalarType?
        /// Whether it may be missing.
        public let isOptional: Bool
        /// What it holds.
        public let meaning: String

        /// The type as FORMAT.md writes it.
        public var typeName: String { (type.map(StoreSchema.short) ?? "string") + (isOptional ? ", optional" : "") }
    }

    /// The lists that every store has besides its features, in the order in which they are written.
    public static let lists: [List] = [
        List(path: StorePath.dialogueID, type: nil, rows: .dialogues, meaning: "id of the dialogue, unique"),
        List(
            path: StorePath.utteranceOffset, type: .uint64, rows: .dialoguesPlusOne,
            meaning:
                "dialogue *d* has the utterances `offset[d]` to `offset[d+1] - 1`; begins at 0, rises (a dialogue has at least one utterance), ends at U"
        ),
        List(
            path: StorePath.dialogueSplit, type: .uint8, rows: .dialogues,
            meaning: "index into `/splits/names`; 255 would mean none, which a writer MUST NOT write"),
        List(
            path: StorePath.sourceOrder, type: .uint32, rows: .dialogues,
            meaning:
                "position of the dialogue in the base file's own lists (its train list, which holds valid too, then its test list): 0 to D-1, each once"
        ),
        List(
            path: StorePath.label, type: .int32, rows: .utterances, meaning: "index into `/labels/names`; -1 for none"),
        List(path: StorePath.speaker, type: .uint32, rows: .utterances, meaning: "index into `/speakers/names`"),
        List(path: StorePath.utteranceID, type: nil, rows: .utterances, meaning: "id of the utterance"),
        List(
            path: StorePath.textOffset, type: .uint64, rows: .utterancesPlusOne,
            meaning: "sentence *u* is `text_bytes[text_offset[u]:text_offset[u+1]]`"),
        List(
            path: StorePath.textBytes, type: .uint8, rows: .any, meaning: "all sentences, UTF-8, end to end"),
        List(path: StorePath.labelNames, type: nil, rows: .classes, meaning: "names of the classes, each once"),
        List(
            path: StorePath.speakerNames, type: nil, rows: .any,
            meaning:
                "names of the speakers. The group's attribute `scope` MUST be `corpus` (a number is one person everywhere) or `dialogue` (numbers count within a dialogue)"
        ),
        List(
            path: StorePath.splitNames, type: nil, rows: .any,
            meaning: "`train`, `valid`, `test`; each once, at most 254"),
        List(
            path: StorePath.splitOrigin, type: nil, rows: .asNames, meaning: "where each split came from, in words"),
    ]

    /// The lists of each set of labels beside those of emotion, which a store may have (from format 1.1 on).
    public static let targetLists = targetLists(of: "<name>")

    /// The lists of the set of labels of that name.
    package static func targetLists(of name: String) -> [List] {
        [
            List(
                path: StorePath.targetLabel(name), type: .int32, rows: .utterances,
                meaning: "index into the `names` beside it; -1 for none"),
            List(
                path: StorePath.targetNames(name), type: nil, rows: .any,
                meaning: "names of these classes, each once and none empty"),
            List(
                path: StorePath.targetValues(name), type: .float64, rows: .utterances, isOptional: true,
                meaning: "the number that the class was made of; NaN for none"),
        ]
    }

    /// The attributes of the file and of a feature, whose rows are f32, [U, width].
    public static let attributes: [Attribute] = [
        root("format", nil, "MUST be `vuemo-store`"),
        root("format_version", nil, "`major.minor.patch`, here `\(FormatVersion.current)`"),
        root("dataset", nil, "name of the dataset, for example `IEMOCAP`"),
        root("content_id", nil, "identifies the data, see below"),
        root("complete", .uint8, "MUST be 1; written last"),
        feature("modality", nil, "`text`, `audio` or `visual`"),
        feature(
            "layer", .int32, optional: true,
            "one of several layers of one encoder, counted from 1 in the order a model takes them"),
        feature("extractor", nil, optional: true, "what computed it"),
        feature("source_dtype", nil, "number type in the source file (`float32`, `float64`)"),
        feature("presence", .uint64, "rows that hold anything but zeros"),
        feature("inexact_values", .uint64, "values that changed when they were rounded to float32"),
        feature(
            "replaced_values", .uint64, optional: true,
            "NaN and infinities of the source that another number took the place of, on request; 0 where it is missing (since 1.1)"
        ),
        feature(
            "clipped_values", .uint64, optional: true,
            "numbers beyond float32's range that became its largest or smallest, on request; 0 where it is missing (since 1.1)"
        ),
    ]

    /// What must be a list at that path; nil where nothing is said of it.
    package static func list(at path: String) -> List? { lists.first { $0.path == path } }

    private static func root(_ name: String, _ type: ScalarType?, _ meaning: String) -> Attribute {
        Attribute(object: "/", name: name, type: type, isOptional: false, meaning: meaning)
    }

    private static func feature(
        _ name: String, _ type: ScalarType?, optional: Bool = false, _ meaning: String
    ) -> Attribute {
        Attribute(object: "/features/<name>", name: name, type: type, isOptional: optional, meaning: meaning)
    }

    /// u64 for uint64.
    private static func short(_ type: ScalarType) -> String {
        type.rawValue.replacing("uint", with: "u").replacing("int", with: "i").replacing("float", with: "f")
    }
}

/// The names inside a store, in one place. FORMAT.md says what each holds.
package enum StorePath {
    package static let format = "vuemo-store"

    package static let dialogueID = "/dialogues/id"
    package static let utteranceOffset = "/dialogues/utterance_offset"
    package static let dialogueSplit = "/dialogues/split"
    package static let sourceOrder = "/dialogues/source_order"
    package static let label = "/utterances/label"
    package static let speaker = "/utterances/speaker"
    package static let utteranceID = "/utterances/id"
    package static let textOffset = "/utterances/text_offset"
    package static let textBytes = "/utterances/text_bytes"
    package static let labelNames = "/labels/names"
    package static let speakers = "/speakers"
    package static let speakerNames = "/speakers/names"
    package static let splitNames = "/splits/names"
    package static let splitOrigin = "/splits/origin"
    package static let features = "/features"
    package static let targets = "/targets"
    package static let statistics = "/statistics"
    package static let checksums = "/checksums"
    package static let provenance = "/provenance"
    package static let sources = "/provenance/sources"
    package static let warnings = "/provenance/warnings"

    /// The dataset of a feature.
    package static func feature(_ name: String) -> String { "\(features)/\(name)" }
    /// The labels of a set beside those of emotion.
    package static func targetLabel(_ name: String) -> String { "\(targets)/\(name)/label" }
    /// The names of the classes of such a set.
    package static func targetNames(_ name: String) -> String { "\(targets)/\(name)/names" }
    /// The numbers that such classes were made of.
    package static func targetValues(_ name: String) -> String { "\(targets)/\(name)/value" }
    /// A feature's column means.
    package static func mean(_ name: String) -> String { "\(statistics)/\(name)/mean" }
    /// A feature's column standard deviations.
    package static func standardDeviation(_ name: String) -> String { "\(statistics)/\(name)/std" }
    /// The block checksums of a dataset.
    package static func checksums(of path: String) -> String { checksums + path }

    /// Whether a dataset's content counts for the content id: data does, what is derived from it or tells where it came
    /// from does not.
    package static func countsAsContent(_ path: String) -> Bool {
        ![statistics, checksums, provenance].contains { path.hasPrefix($0 + "/") }
    }

    /// The split value of a dialogue that belongs to none. The writer never writes it.
    package static let noSplit: UInt8 = 255
}

/// The version of the store format, `major.minor.patch`.
public struct FormatVersion: Sendable, Equatable, CustomStringConvertible {
    /// Changes when an older reader would misread a newer store.
    public var major: Int
    /// Changes when content is added that an older reader can leave alone.
    public var minor: Int
    /// Changes when nothing in the file's meaning does.
    package var patch: Int

    /// The version that this code writes.
    public static let current = FormatVersion(major: 1, minor: 1, patch: 0)

    /// A version; see the properties.
    public init(major: Int, minor: Int, patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads "1.0.0"; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
        self.init(major: major, minor: minor, patch: patch)
    }

    /// "major.minor.patch".
    public var description: String { "\(major).\(minor).\(patch)" }
}
