import Configuration
import Conversations

/// The keys that every model has, beside its own.
public protocol ModelKeys: KeyGroup {
    /// The modalities that the model reads.
    var modalities: Key<Modalities> { get }
}

extension Key where Value == Double {
    /// A probability of dropout.
    public convenience init(dropout: Double, _ help: String) {
        // The engine computes in float32, in which 0.99999999 is 1.
        self.init(dropout, help, "a number from 0 to below 1") { $0 >= 0 && Float($0) < 1 }
    }
}

extension Modalities: ConfigurationValue {
    /// The letters.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        self.init(letters: text)
    }
    /// The letters in the paper's order.
    public var node: ConfigurationNode { .scalar(description) }
    /// What letters there are.
    public static var expectation: String {
        "letters out of a (audio), v (visual), l (text), each at most once"
    }
}

/// What a model makes of who speaks.
public enum SpeakerUse: Sendable {
    /// Nothing.
    case nothing
    /// Which utterances of a dialogue are of one person, whoever that is.
    case parties
    /// Who it is: it knows each person.
    case persons
}

/// A kind of model: what a configuration can name, and how a model is made of its settings.
public struct ModelDefinition: Sendable {
    /// The word for it after `--model`.
    public let name: String
    /// One sentence: what it is.
    public let summary: String
    /// The defaults of its settings.
    public let defaults: AnySettings
    /// For presets that have settings of this model of their own: preset → key → value.
    public let presets: [String: [String: String]]
    /// The modalities that settings ask for.
    public let modalities: @Sendable (AnySettings) -> Modalities
    /// What distinguishes models of this kind, for example "released": part of a run folder's name.
    public let label: @Sendable (AnySettings) -> String
    /// What is wrong with settings that are right one by one: a sentence, or nil.
    public let fault: @Sendable (AnySettings) -> String?
    /// What is wrong with settings for data of this shape: a sentence without its full stop, or nil.
    public let misfit: @Sendable (AnySettings, DatasetShape) -> String?
    /// The keys that change nothing with these settings, each with the reason, which completes "… has no effect, because".
    public let withoutEffect: @Sendable (AnySettings) -> [String: String]
    /// What models of this kind make of who speaks.
    public let speakers: @Sendable (AnySettings) -> SpeakerUse
    /// A module of Python that states the model in PyTorch and reads its parameters from a file of safetensors; nil where there is none.
    public let pytorch: String?
    /// The key and value of a setting that this module does not state; nil where it states them all.
    public let beyondPyTorch: @Sendable (AnySettings) -> String?
    /// For settings of a model that published code has too: what that calls each of our parameters.
    public let published: @Sendable (AnySettings) -> ((String) -> PublishedParameter?)?
    /// What the shapes in a `state_dict()` of that code, by their names, and the width of the text say about the settings: key → value.
    public let publishedSettings: @Sendable (_ shapes: [String: [Int]], _ textWidth: Int) -> [String: String]
    /// Makes a model.
    ///
    /// The last argument gives the number of values of a parameter in the file that the model's parameters will be loaded from;
    /// nil where there is no file, or no such parameter in it.
    public let make:
        @Sendable (AnySettings, DatasetShape, _ seed: UInt64, _ stored: (String) -> Int?) -> any ConversationModel

    /// A kind of model with keys of its own; see the properties.
    public init<Keys: ModelKeys>(
        _ name: String, _ summary: String, keys: Keys.Type, presets: [String: [String: String]] = [:],
        label: @escaping @Sendable (Settings<Keys>) -> String,
        fault: @escaping @Sendable (Settings<Keys>) -> String? = { _ in nil },
        misfit: @escaping @Sendable (Settings<Keys>, DatasetShape) -> String? = { _, _ in nil },
        withoutEffect: @escaping @Sendable (Settings<Keys>) -> [String: String] = { _ in [:] },
        speakers: @escaping @Sendable (Settings<Keys>) -> SpeakerUse, pytorch: String? = nil,
        beyondPyTorch: @escaping @Sendable (Settings<Keys>) -> String? = { _ in nil },
        published: @escaping @Sendable (Settings<Keys>) -> ((String) -> PublishedParameter?)? = { _ in nil },
        publishedSettings: @escaping @Sendable ([String: [Int]], Int) -> [String: String] = { _, _ in [:] },
        make: @escaping @Sendable (Settings<Keys>, DatasetShape, UInt64, (String) -> Int?) -> any ConversationModel
    ) {
        self.name = name
        self.summary = summary
        self.presets = presets
        defaults = Settings<Keys>().erased
        modalities = { Settings<Keys>($0).modalities }
        self.label = { label(Settings<Keys>($0)) }
        self.fault = { fault(Settings<Keys>($0)) }
        self.misfit = { misfit(Settings<Keys>($0), $1) }
        self.withoutEffect = { withoutEffect(Settings<Keys>($0)) }
        self.pytorch = pytorch
        self.beyondPyTorch = { beyondPyTorch(Settings<Keys>($0)) }
        self.publishedSettings = publishedSettings
        self.published = { published(Settings<Keys>($0)) }
        self.speakers = { speakers(Settings<Keys>($0)) }
        self.make = { make(Settings<Keys>($0), $1, $2, $3) }
    }
}

/// What published code calls a parameter, and how its array differs from ours.
public struct PublishedParameter: Equatable, Sendable {
    /// Its name in that code's `state_dict()`.
    public let name: String
    /// Dimensions of one number behind ours: [2H, H] is [2H, H, 1] in a convolution.
    public let trailingDimensions: Int
    /// How many numbers it always has there, where ours has as many as a store needs.
    public let length: Int?

    /// A parameter; see the properties.
    public init(_ name: String, trailingDimensions: Int = 0, length: Int? = nil) {
        self.name = name
        self.trailingDimensions = trailingDimensions
        self.length = length
    }

    /// The shape there of an array that has `shape` here.
    public func shape(of shape: [Int]) -> [Int] {
        length.map { [$0] } ?? shape + [Int](repeating: 1, count: trailingDimensions)
    }
}

/// The kinds of models that a program knows. The first is the one that is trained unless another is named.
public struct ModelRegister: Sendable {
    /// All of them: the first, and the others in the order of their names.
    public let models: [ModelDefinition]

    /// A register of kinds, each with a name of its own, `first` among them.
    public init(_ models: [ModelDefinition], first: String) {
        precondition(Set(models.map(\.name)).count == models.count, "models have names of their own")
        precondition(models.contains { $0.name == first }, "the first is one of them")
        self.models = models.sorted { ($0.name == first ? 0 : 1, $0.name) < ($1.name == first ? 0 : 1, $1.name) }
    }

    /// The kind of that name.
    public subscript(name: String) -> ModelDefinition? { models.first { $0.name == name } }
    /// The kind that is trained unless another is named.
    public var first: ModelDefinition { models[0] }

    /// All names in a sentence: "a, b or c".
    /// - Parameter mark: What stands around each.
    public func names(in mark: String = "") -> String {
        let names = models.map { mark + $0.name + mark }
        return names.count < 2
            ? names[0] : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
}
