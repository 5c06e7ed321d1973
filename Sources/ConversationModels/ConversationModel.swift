import Autodiff
import Foundation
import NeuralNetworks
import Tensors

/// A minibatch of dialogues: flat rows, the dialogues end to end.
public struct ConversationBatch: Sendable {
    /// The text layers, [N, textWidth] each; empty where text is not used.
    public var text: [Tensor]
    /// [N, audioWidth]
    public var audio: Tensor?
    /// [N, visualWidth]
    public var visual: Tensor?
    /// The speaker of every utterance, N numbers.
    public var speakers: [Int32]
    /// Utterances of every dialogue, B numbers; their sum is N.
    public var lengths: [Int]

    /// Groups a minibatch's arrays.
    public init(text: [Tensor], audio: Tensor?, visual: Tensor?, speakers: [Int32], lengths: [Int]) {
        self.text = text
        self.audio = audio
        self.visual = visual
        self.speakers = speakers
        self.lengths = lengths
    }

    /// Utterances in all, N.
    public var utterances: Int { speakers.count }
    /// How large the minibatch is.
    public var shape: BatchShape { BatchShape(dialogues: lengths.count, utterances: utterances) }
}

/// How large a minibatch is.
public struct BatchShape: Codable, Equatable, Sendable {
    /// B.
    public var dialogues: Int
    /// N, of all dialogues.
    public var utterances: Int

    /// A shape; see the properties.
    public init(dialogues: Int, utterances: Int) {
        self.dialogues = dialogues
        self.utterances = utterances
    }
}

/// What a model has to know about the data that it is made for. All of it follows from a store; none of it is a setting.
public struct DatasetShape: Equatable, Sendable {
    /// Width of every text layer; 0 where there is no text.
    public var textWidth = 0
    /// Number of text layers (4 for RoBERTa features).
    public var textLayers = 0
    /// Width of the audio features; 0 where there are none.
    public var audioWidth = 0
    /// Width of the visual features; 0 where there are none.
    public var visualWidth = 0
    /// Number of emotions, C.
    public var classes: Int
    /// Number of speakers, or of places in a dialogue.
    public var speakers: Int
    /// The largest minibatch that can be drawn.
    public var largestBatch: BatchShape

    /// A shape; see the properties.
    public init(
        textWidth: Int = 0, textLayers: Int = 0, audioWidth: Int = 0, visualWidth: Int = 0, classes: Int, speakers: Int,
        largestBatch: BatchShape
    ) {
        self.textWidth = textWidth
        self.textLayers = textLayers
        self.audioWidth = audioWidth
        self.visualWidth = visualWidth
        self.classes = classes
        self.speakers = speakers
        self.largestBatch = largestBatch
    }
}

/// A minibatch that a model cannot take.
public enum BatchError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The model has one weight per position in the minibatch, and this minibatch has more positions.
    case outgrown(what: String, needed: Int, available: Int)

    /// What does not fit and what to do.
    public var description: String {
        switch self {
        case .outgrown(let what, let needed, let available):
            "a minibatch has \(needed) \(what), but this model has weights for \(available); use a smaller batch size, or a model trained on a store with dialogues as long as these"
        }
    }

    /// The description.
    public var errorDescription: String? { description }
}

/// Gathers what passes through a model, by name: for embeddings and explanations.
public final class StageRecorder {
    /// What was offered so far.
    public private(set) var stages: [String: Variable] = [:]

    /// Nothing yet.
    public init() {}

    /// Keeps a stage.
    /// - Parameter name: For example "fused", [N, S·H].
    public func offer(_ name: String, _ value: Variable) { stages[name] = value }
}

/// A model of conversations: rows in, a distribution over classes for every utterance out. It never sees a store.
public protocol ConversationModel: AnyObject {
    /// The kind: its name, its settings, and how one is made.
    static var definition: ModelDefinition { get }

    /// All parameters and running statistics.
    var parameters: ParameterStore { get }

    /// What it learnt that can be read as it is; nothing, unless a model says otherwise.
    var readableWeights: [ReadableWeights] { get }

    /// Computes log p of every class for every utterance, [N, C].
    /// - Parameter stages: is offered what passes through, where somebody wants it.
    /// - Throws: `BatchError` where the minibatch does not fit the model.
    func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable

    /// Whether a minibatch of that size can be computed. It is asked for all minibatches of a run before the first step.
    /// - Throws: `BatchError` where it cannot.
    func check(_ shape: BatchShape) throws(BatchError)
}

extension ConversationModel {
    /// Nothing.
    public var readableWeights: [ReadableWeights] { [] }
}

/// A few learnt numbers that mean something by themselves.
public struct ReadableWeights: Sendable {
    /// What they are, for example "Text layers".
    public let title: String
    /// What a number says, and what it does not, in sentences.
    public let meaning: String
    /// What kind of number it is: the title of an axis.
    public let measure: String
    /// Each number with its name.
    public let values: [(name: String, value: Double)]

    /// Numbers; see the properties.
    public init(_ title: String, measure: String, _ values: [(name: String, value: Double)], meaning: String) {
        (self.title, self.meaning, self.measure, self.values) = (title, meaning, measure, values)
    }
}
