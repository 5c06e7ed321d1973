/// A dataset that can be asked for by name.
public enum ConvertibleDataset: String, Sendable, CaseIterable {
    /// Interactive Emotional Dyadic Motion Capture, in the split that the conversation field uses.
    case iemocap = "IEMOCAP"
    /// The Multimodal EmotionLines Dataset.
    case meld = "MELD"
}

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

/// How splits are made that the files do not name: by a seeded choice among the train dialogues.
public struct SplitChoice: Sendable, Equatable {
    /// The share of the train dialogues that become the valid split, above 0 and below 1; nil makes none.
    public var validFraction: Double?
    /// The same for the test split.
    public var testFraction: Double?
    /// The same seed chooses the same dialogues.
    public var seed: UInt64 = 0

    /// No choice: splits are what the files name.
    public init(validFraction: Double? = nil, testFraction: Double? = nil, seed: UInt64 = 0) {
        self.validFraction = validFraction
        self.testFraction = testFraction
        self.seed = seed
    }
}
