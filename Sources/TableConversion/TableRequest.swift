import Conversion
import Conversations
import FeatureStore

/// A store to be made from a list of utterances and one `.npy` matrix per feature; see docs/tables.md.
public struct TableRequest: Sendable {
    /// One matrix: row i belongs to the manifest's utterance i.
    public struct Matrix: Sendable {
        /// The feature's name in the store.
        public var name: String
        /// The kind of signal.
        public var modality: Modality
        /// Which of several layers of one encoder, from 1; nil where it stands alone.
        public var layer: Int?
        /// The `.npy` file.
        public var path: String

        /// A matrix; see the properties.
        public init(name: String, modality: Modality, layer: Int? = nil, path: String) {
            self.name = name
            self.modality = modality
            self.layer = layer
            self.path = path
        }
    }

    /// The CSV or JSON-lines file.
    public var manifest: String
    /// The features, in the order in which they are written.
    public var matrices: [Matrix]
    /// The store to be written.
    public var output: String
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
    public init(manifest: String, matrices: [Matrix], output: String) {
        self.manifest = manifest
        self.matrices = matrices
        self.output = output
    }
}
