import Conversion

/// What to convert, and where to.
public struct ConversionRequest: Sendable {
    /// The pickles of one dataset, in any order: what each of them is is told by its content.
    public var inputs: [String]
    /// The store to be written.
    public var output: String
    /// The dataset that the files must be of; nil takes what they are.
    public var dataset: ConvertibleDataset?
    /// A Python module of the user's own that reads the inputs it recognises; nil for none. It runs as the user's code.
    public var layout: String?
    /// The dataset's name in the store; nil for the one that the files are known by.
    public var name: String?
    /// Which of the dialogues make a split that the files do not name.
    public var splitChoice = SplitChoice()
    /// Whether a store that is there already may be replaced. It is, in one step, once the new one is complete.
    public var overwrites = false
    /// Whether NaN and infinity are kept; otherwise they are refused, naming the first.
    public var keepsNonFiniteValues = false
    /// gzip level 1 to 9 of the feature rows, nil for none.
    public var compressionLevel: Int?
    /// When the store was made, for its provenance (ISO 8601, UTC). Nil leaves it out, so that the same input gives the
    /// same bytes.
    public var created: String?
    /// The program's version, for the store's provenance.
    public var toolVersion = ""

    /// A request with the default options.
    public init(inputs: [String], output: String, dataset: ConvertibleDataset? = nil) {
        self.inputs = inputs
        self.output = output
        self.dataset = dataset
    }
}
