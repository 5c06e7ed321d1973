import Configuration
import ConversationModels
import Conversations

/// The hyperparameters of M3NET: the keys under `model`.
public struct M3NETKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let unimodalSize = Key(
        512, in: 2...65_536,
        "The width of every modality's features before the graphs; even, because each direction of the GRU has half of it."
    )
    public let hiddenSize = Key(512, in: 1...65_536, "H, the width of a node of both graphs.")
    public let hypergraphLayers = Key(3, in: 0...1000, "L, the layers of the hypergraph.")
    public let frequencyLayers = Key(4, in: 0...1000, "K, the convolutions of the graph of many frequencies.")
    public let textNorm = Key(TextNorm.batch, "How each layer of the text features is normalised.")
    public let projectText = Key(
        true,
        "Whether the mean of the text layers is projected before the GRU (IEMOCAP) or enters it at its own width (MELD)."
    )
    public let speakerEmbedding = Key(true, "Whether the speaker's embedding is added to the text stream.")
    public let dropout = Key(
        dropout: 0.5, "The probability of dropout between the GRU's layers and before the classifier.")

    public static let table = KeyTable(M3NETKeys())
}
