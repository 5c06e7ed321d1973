import Configuration
import ConversationModels
import Conversations
import Foundation

/// Which model is computed.
public enum Variant: String, ConfigurationChoice {
    /// What the authors' public code computes, padding and positional weights included.
    case released
    /// What the paper describes: nothing sees padding, the global attention attends, weights belong to kinds of hyperedges.
    case corrected
}

/// How the text layers are normalised before they are summed.
public enum TextNorm: String, ConfigurationChoice {
    /// Batch norm, the default.
    case batch
    /// Layer norm of every utterance.
    case layer
    /// One mean and one variance for all utterances and features of a dialogue, the public code's "LN2"; without parameters.
    case dialogue
    /// No normalisation.
    case none
}

/// What reads a modality's features over the dialogue.
public enum ContextEncoder: String, ConfigurationChoice {
    /// A two-layer bidirectional GRU, H/2 for each direction.
    case gru
    /// A two-layer bidirectional LSTM, H/2 for each direction.
    case lstm
    /// Two pre-norm transformer encoder layers over sinusoidal positions, which never see padding.
    case transformer
    /// Nothing: every utterance on its own.
    case none
}

/// What becomes of the global attention interaction (GAI).
public enum GlobalInteraction: String, ConfigurationChoice {
    /// One softmax over the streams' means, with scaled scores.
    case joint
    /// A softmax of its own for every stream's mean, over the utterances of the dialogue, with scores as they are.
    case separate
    /// The streams go on as they are.
    case off
}

/// Which layers of the text features are summed.
public enum TextLayers: ConfigurationValue {
    /// Every one that there is.
    case all
    /// Those of these numbers, counted from 1, in ascending order.
    case numbers([Int])

    /// `all`, or numbers separated by commas.
    public init?(_ node: ConfigurationNode) {
        let words: [String]
        switch node {
        case .scalar("all"):
            self = .all
            return
        case .scalar(let text):
            words = text.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        case .list(let items): words = items
        case .other: return nil
        }
        let numbers = words.compactMap { Int($0) }.filter { $0 > 0 }
        guard !words.isEmpty, numbers.count == words.count, Set(numbers).count == words.count else { return nil }
        self = .numbers(numbers.sorted())
    }

    /// The word, or the numbers with commas between them.
    public var node: ConfigurationNode {
        switch self {
        case .all: .scalar("all")
        case .numbers(let numbers): .scalar(numbers.map(String.init).joined(separator: ","))
        }
    }
    /// What can be given.
    public static var expectation: String { "all, or different numbers of layers from 1, for example 1,4" }
}

/// The hyperparameters of VUEMO: the keys under `model`.
public struct VUEMOKeys: ModelKeys {
    public let variant = Key(
        Variant.released,
        "Which model: released computes what the authors' public code computes, corrected what the paper describes.")
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let hiddenSize = Key(
        512, in: 2...65_536,
        "H, the width of every hidden vector; even, because each direction of the GRU or LSTM has half of it.")
    public let vueLayers = Key(4, in: 0...1000, "K, the convolutions that make the virtual unified emotion.")
    public let hypergraphLayers = Key(8, in: 0...1000, "L, the layers of the hypergraph.")
    public let textNorm = Key(TextNorm.batch, "How each layer of the text features is normalised.")
    public let encoder = Key(ContextEncoder.gru, "What reads the text features over the dialogue.")
    public let encodeAudioVisual = Key(
        false, "Whether audio and visual go through encoders of their own too, each after its projection.")
    public let projectText = Key(
        true,
        "Whether the summed text layers are projected to H before the GRU (IEMOCAP) or enter it at their own width (MELD)."
    )
    public let textLayers = Key(TextLayers.all, "The layers of the text features that are summed, from 1.")
    public let speakerEmbedding = Key(true, "Whether the speaker's embedding is added to the text stream.")
    public let vue = Key(
        true,
        "Whether there is a virtual unified emotion. Without it, its stream is in no later stage, and hyperedges join modalities only."
    )
    public let gai = Key(GlobalInteraction.joint, "The attention of the global attention interaction, or off.")
    public let lgl = Key(
        true, "Whether there is local graph learning. Without it, the classifier reads the streams side by side.")
    public let dropout = Key(
        dropout: 0.5,
        "The probability of the model's dropouts; 0 switches off every one, the transformer's 0.1 included.")

    public static let table = KeyTable(VUEMOKeys())
}

/// Everything that defines a VUEMO model's parameters and computation: its settings and what follows from the data.
@dynamicMemberLookup
public struct VUEMOConfiguration: Equatable, Sendable {
    /// The hyperparameters.
    public var settings: Settings<VUEMOKeys>
    /// What follows from the data.
    public var shape: DatasetShape
    /// Size of the released variant's positional hyperedge weights: the largest minibatch's hyperedges.
    public var maximumHyperedges: Int
    /// Size of the released variant's positional node weights: the largest minibatch's nodes.
    public var maximumNodes: Int

    /// A configuration with positional weights for the largest minibatch of the data.
    public init(_ settings: Settings<VUEMOKeys>, _ shape: DatasetShape) {
        self.settings = settings
        self.shape = shape
        maximumHyperedges = 0
        maximumNodes = 0
        maximumHyperedges = hyperedgeCount(shape.largestBatch)
        maximumNodes = nodeCount(shape.largestBatch)
    }

    /// The paper's hyperparameters.
    public init(_ shape: DatasetShape) { self.init(Settings(), shape) }

    /// A hyperparameter.
    public subscript<Value>(dynamicMember path: KeyPath<VUEMOKeys, Key<Value>>) -> Value {
        get { settings[dynamicMember: path] }
        set { settings[dynamicMember: path] = newValue }
    }

    /// What follows from the data.
    public subscript<Value>(dynamicMember path: KeyPath<DatasetShape, Value>) -> Value { shape[keyPath: path] }

    /// Streams: the modalities and, where it is computed, g, the virtual unified emotion.
    public var streams: Int { self.modalities.count + (self.vue ? 1 : 0) }

    /// The indices of the text layers that are summed, counted from 0.
    var layersInUse: [Int] {
        switch settings.textLayers {
        case .all: Array(0..<shape.textLayers)
        case .numbers(let numbers): numbers.map { $0 - 1 }
        }
    }

    /// Dropout of the head and between GRU layers.
    var dropoutProbability: Float { Float(self.dropout) }
    /// Dropout inside the corrected variant's transformer: 0.1, or 0 where dropout is off.
    var transformerDropout: Float { self.dropout == 0 ? 0 : 0.1 }

    /// Hyperedges of a minibatch: per dialogue one per stream, per utterance one per pair of modalities and, with g, one per modality.
    package func hyperedgeCount(_ batch: BatchShape) -> Int {
        batch.dialogues * streams
            + batch.utterances * LocalGraphLearning.hyperedges(self.modalities, withVUE: self.vue).members.count
    }

    /// Nodes of a minibatch.
    package func nodeCount(_ batch: BatchShape) -> Int { batch.utterances * streams }
}
