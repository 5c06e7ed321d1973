import Configuration
import Conversations

/// The keys that every model has, beside its own.
public protocol ModelKeys: KeyGroup {
    /// The modalities that the model reads.
    var modalities: Key<Modalities> { get }
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
    /// The keys that change nothing with these settings, each with the reason, which completes "… has no effect, because".
    public let withoutEffect: @Sendable (AnySettings) -> [String: String]
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
        withoutEffect: @escaping @Sendable (Settings<Keys>) -> [String: String] = { _ in [:] },
        make: @escaping @Sendable (Settings<Keys>, DatasetShape, UInt64, (String) -> Int?) -> any ConversationModel
    ) {
        self.name = name
        self.summary = summary
        self.presets = presets
        defaults = Settings<Keys>().erased
        modalities = { Settings<Keys>($0).modalities }
        self.label = { label(Settings<Keys>($0)) }
        self.fault = { fault(Settings<Keys>($0)) }
        self.withoutEffect = { withoutEffect(Settings<Keys>($0)) }
        self.make = { make(Settings<Keys>($0), $1, $2, $3) }
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
