/// Which model is computed.
public enum Variant: String, Codable, Sendable, CaseIterable {
    /// What the authors' public code computes, padding and positional weights included.
    case released
    /// What the paper describes: nothing sees padding, the global attention attends, weights belong to kinds of hyperedges.
    case corrected
}

/// How the text layers are normalised before they are summed.
public enum TextNorm: String, Codable, Sendable, CaseIterable {
    /// Batch norm, the default.
    case batch
    /// Layer norm.
    case layer
    /// No normalisation.
    case none
}

/// Everything that defines a VUEMO model's parameters and computation.
public struct VUEMOConfiguration: Codable, Equatable, Sendable {
    /// Width of every text layer; 0 if text is not used.
    public var textWidth: Int
    /// Number of text layers that are normalised and summed (4 for RoBERTa features).
    public var textLayers: Int
    /// Width of the audio features; 0 if audio is not used.
    public var audioWidth: Int
    /// Width of the visual features; 0 if they are not used.
    public var visualWidth: Int
    /// Number of emotions, C.
    public var classes: Int
    /// Entries of the speaker embedding.
    public var speakers: Int
    /// Modalities in use.
    public var modalities = Modalities.all
    /// Width of every stream, H; even.
    public var hiddenSize = 512
    /// Convolutions of the virtual unified emotion, K.
    public var vueLayers = 4
    /// Hypergraph layers, L.
    public var hypergraphLayers = 8
    /// Dropout of the head and between GRU layers. 0 switches off every dropout, the transformer's 0.1 included.
    public var dropout: Float = 0.5
    /// Normalisation of the text layers.
    public var textNorm = TextNorm.batch
    /// Whether text is projected to H before the GRU (IEMOCAP) or enters it at its own width (MELD).
    public var projectText = true
    /// Whether the speaker's embedding is added to the text stream.
    public var speakerEmbedding = true
    /// Which model is computed.
    public var variant = Variant.released
    /// Size of the released variant's positional hyperedge weights: the largest minibatch's hyperedges.
    public var maximumHyperedges = 10_000
    /// Size of the released variant's positional node weights: the largest minibatch's nodes.
    public var maximumNodes = 20_000

    /// A configuration with the paper's defaults.
    public init(textWidth: Int, textLayers: Int, audioWidth: Int, visualWidth: Int, classes: Int, speakers: Int) {
        self.textWidth = textWidth
        self.textLayers = textLayers
        self.audioWidth = audioWidth
        self.visualWidth = visualWidth
        self.classes = classes
        self.speakers = speakers
    }

    /// Streams: the modalities and g, the virtual unified emotion.
    public var streams: Int { modalities.count + 1 }

    /// Dropout inside the corrected variant's transformer: 0.1, or 0 where dropout is off.
    var transformerDropout: Float { dropout == 0 ? 0 : 0.1 }

    /// Hyperedges of a minibatch of dialogues with `utterances` utterances in all:
    /// per dialogue one per stream, per utterance one per pair of modalities and one per modality.
    public func hyperedgeCount(dialogues: Int, utterances: Int) -> Int {
        let m = modalities.count
        return dialogues * streams + utterances * (m * (m - 1) / 2 + m)
    }

    /// Nodes of a minibatch with `utterances` utterances.
    public func nodeCount(utterances: Int) -> Int { utterances * streams }
}
