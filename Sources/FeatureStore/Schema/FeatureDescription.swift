import Conversations

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
