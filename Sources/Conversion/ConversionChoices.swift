/// A dataset that can be asked for by name.
public enum ConvertibleDataset: String, Sendable, CaseIterable {
    /// Interactive Emotional Dyadic Motion Capture, in the split that the conversation field uses.
    case iemocap = "IEMOCAP"
    /// The Multimodal EmotionLines Dataset.
    case meld = "MELD"
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

/// What makes one row of an utterance's matrix of frames, column by column.
public enum FrameReduction: String, Sendable, CaseIterable {
    /// The mean of all frames, computed in double precision.
    case mean
    /// The largest number of each column; NaN where one of them is.
    case max
    /// The last frame.
    case last
    /// The mean of all frames, and behind it, column by column, their standard deviation (divided by the number of frames): rows twice as
    /// wide. One frame has the deviation 0.
    case meanAndDeviation = "mean+std"

    /// How wide a row is that is made of frames of `width` numbers.
    package func rowWidth(ofFrames width: Int) -> Int { self == .meanAndDeviation ? 2 * width : width }
}

/// What is changed in the source's data because the user asks for it. The store says what was changed, and how often.
public struct Mending: Sendable, Equatable {
    /// What takes the place of NaN and infinity, a finite number; nil leaves them.
    public var replacement: Float?
    /// Whether finite numbers beyond float32's range become its largest or smallest.
    public var clipsToFloat32 = false
    /// Whether dialogues without utterances are left out.
    public var dropsEmptyDialogues = false

    /// Nothing is mended.
    public init() {}

    /// The options in words, as the store's provenance has them.
    package var options: [String] {
        var options: [String] = []
        if let replacement { options.append("NaN and infinity replaced by \(replacement)") }
        if clipsToFloat32 { options.append("clipped to float32") }
        if dropsEmptyDialogues { options.append("empty dialogues dropped") }
        return options
    }
}

/// How far a conversion has come.
public struct ConversionProgress: Sendable, Equatable {
    /// What is being done: "Reading IEMOCAP_features.pkl", "Writing features".
    public var stage: String
    /// Bytes done of this stage.
    public var completed: Int
    /// Bytes of this stage in all.
    public var total: Int

    /// A state of a stage.
    public init(stage: String, completed: Int, total: Int) {
        (self.stage, self.completed, self.total) = (stage, completed, total)
    }
}

/// Called now and then during a conversion. What it throws ends the conversion and leaves no file behind.
public typealias ConversionProgressHandler = (ConversionProgress) throws -> Void
