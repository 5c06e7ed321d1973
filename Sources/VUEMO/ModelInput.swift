import Foundation
import Tensors

/// A minibatch: flat rows, dialogues end to end.
public struct ModelInput: Sendable {
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
}

/// A minibatch that the model cannot take.
public enum ModelInputError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The released variant has one weight per position in the minibatch, and this minibatch has more positions.
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
