import Conversion
import Conversations
import FeatureStore

/// A store to be made from lists of utterances and their features; see docs/tables.md.
public struct TableRequest: Sendable {
    /// A list of utterances: CSV or JSON lines.
    public struct List: Sendable {
        /// The file.
        public var path: String
        /// The split of all its dialogues: train, valid (also dev, val) or test; nil where the list says it itself.
        public var split: String?

        /// A list; see the properties.
        public init(path: String, split: String? = nil) { (self.path, self.split) = (path, split) }
    }

    /// The rows of one feature.
    public struct Feature: Sendable {
        /// The feature's name in the store.
        public var name: String
        /// The kind of signal.
        public var modality: Modality
        /// Which of several layers of one encoder, from 1; nil where it stands alone.
        public var layer: Int?
        /// What computed it, where that is known.
        public var extractor: String?
        /// A `.npy` matrix whose row i belongs to the lists' utterance i, or arrays by id: a `.npz`, a folder of `.npy`, an HDF5 file
        /// with a group behind it (`file.h5:/group`). `{split}` stands for the split's word: then there is one for each split.
        public var path: String

        /// A feature; see the properties.
        public init(name: String, modality: Modality, layer: Int? = nil, extractor: String? = nil, path: String) {
            self.name = name
            self.modality = modality
            self.layer = layer
            self.extractor = extractor
            self.path = path
        }
    }

    /// What becomes of utterances that a feature has no array for.
    public enum MissingFeatures: String, Sendable, CaseIterable {
        /// Their row is zeros.
        case zero
        /// They are left out of the store.
        case drop
    }

    /// The lists, whose utterances follow each other.
    public var lists: [List]
    /// The features, in the order in which they are written.
    public var features: [Feature]
    /// The store to be written.
    public var output: String
    /// Names in the lists that are not the columns' own. Several names for the label: a one-hot label.
    public var columns: [TableColumn: [String]] = [:]
    /// Between the columns of CSV; nil for a tab in files called .tsv or .tab and a comma in all others.
    public var delimiter: UInt8?
    /// What the bytes of the lists mean.
    public var encoding = TextEncoding.utf8
    /// How the ids of arrays are made; nil for the utterances' own ids.
    public var idPattern: IDPattern?
    /// What becomes of utterances without an array; nil refuses them.
    public var missing: MissingFeatures?
    /// What makes a row of an array of frames; nil refuses such arrays.
    public var frames: FrameReduction?
    /// What is changed in the sources' data.
    public var mending = Mending()
    /// The dataset's name in the store.
    public var dataset = "unnamed"
    /// The classes in the order of their numbers; nil for those that the manifest names, sorted.
    public var labelNames: [String]?
    /// Over which utterances a speaker's name means one person.
    public var speakerScope = SpeakerScope.corpus
    /// Which of the dialogues make a split that the manifest does not name.
    public var splitChoice = SplitChoice()
    /// Whether a store that is there already may be replaced.
    public var overwrites = false
    /// Whether NaN and infinity are kept; otherwise they are refused, naming the first.
    public var keepsNonFiniteValues = false
    /// gzip level 1 to 9 of the feature rows, nil for none.
    public var compressionLevel: Int?
    /// When the store was made (ISO 8601, UTC); nil leaves it out.
    public var created: String?
    /// The program's version, for the store's provenance.
    public var toolVersion = ""

    /// A request with the default options.
    public init(lists: [List], features: [Feature], output: String) {
        self.lists = lists
        self.features = features
        self.output = output
    }

    /// A request of one list with the default options.
    public init(manifest: String, features: [Feature], output: String) {
        self.init(lists: [List(path: manifest)], features: features, output: output)
    }

    var listForm: ListForm { ListForm(names: ListNames(given: columns), delimiter: delimiter, encoding: encoding) }

    /// The options in words, as the store's provenance has them.
    var options: String {
        var options: [String] = []
        for (column, names) in columns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            options.append("column \(column.rawValue)=\(names.joined(separator: ","))")
        }
        if encoding != .utf8 { options.append("encoding \(encoding.rawValue)") }
        if let idPattern { options.append("id pattern \(idPattern.text)") }
        if let missing { options.append("missing features \(missing.rawValue)") }
        if let frames { options.append("frames \(frames.rawValue)") }
        options += mending.options
        if keepsNonFiniteValues { options.append("NaN and infinity kept") }
        return options.joined(separator: ", ")
    }
}
