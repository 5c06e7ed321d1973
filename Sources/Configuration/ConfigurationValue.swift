import Yams

/// What a file or an option says about one key: a scalar or a list, not yet understood.
public enum ConfigurationNode: Equatable, Sendable {
    /// A number, a word or a text, as it was written.
    case scalar(String)
    /// A list of them.
    case list([String])
    /// A mapping or a list of other things, which no key takes.
    case other

    init(_ node: Node) {
        if let scalar = node.scalar {
            self = .scalar(scalar.string)
        } else if let items = node.sequence.map({ $0.map { $0.scalar?.string } }), items.allSatisfy({ $0 != nil }) {
            self = .list(items.compactMap { $0 })
        } else {
            self = .other
        }
    }

    /// As YAML.
    var yaml: Node {
        switch self {
        case .scalar(let text): Self.yaml(text)
        case .list(let items): Node(items.map(Self.yaml), .implicit, .flow)
        case .other: preconditionFailure("a value is a scalar or a list")
        }
    }

    /// Quoted are what YAML 1.1 readers take for truth values, and what could be an anchor or an alias, which no file may have.
    private static func yaml(_ text: String) -> Node {
        let isQuoted = ["on", "off", "yes", "no"].contains(text) || text.utf8.contains { "&*".utf8.contains($0) }
        return isQuoted ? Node(text, .implicit, .doubleQuoted) : Node(text)
    }

    /// As one line of text.
    public var text: String {
        switch self {
        case .scalar(let text): text
        case .list(let items): "[\(items.joined(separator: ", "))]"
        case .other: ""
        }
    }
}

/// A type that a key of the configuration can have.
public protocol ConfigurationValue: Equatable, Sendable {
    /// The value that was written, or nil where it is not one of this type.
    init?(_ node: ConfigurationNode)
    /// How the value is written; `init` reads it back to an equal value.
    var node: ConfigurationNode { get }
    /// What a value must be, completing the sentence "… must be".
    static var expectation: String { get }
}

/// One of several words: `enum Loss: String, ConfigurationChoice`.
public protocol ConfigurationChoice: ConfigurationValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ConfigurationChoice {
    /// The case of that name.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        self.init(rawValue: text)
    }
    /// The case's name.
    public var node: ConfigurationNode { .scalar(rawValue) }
    /// The names of all cases.
    public static var expectation: String { "one of \(allCases.map(\.rawValue).joined(separator: ", "))" }
}

extension Int: ConfigurationValue {
    /// A whole number in decimal.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        self.init(text)
    }
    /// In decimal.
    public var node: ConfigurationNode { .scalar(String(self)) }
    /// The kind of number.
    public static var expectation: String { "a whole number" }
}

extension UInt64: ConfigurationValue {
    /// A whole number in decimal.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        self.init(text)
    }
    /// In decimal.
    public var node: ConfigurationNode { .scalar(String(self)) }
    /// The kind of number.
    public static var expectation: String { "a whole number from 0 to \(UInt64.max)" }
}

extension Double: ConfigurationValue {
    /// A finite number.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node, let value = Double(text), value.isFinite else { return nil }
        self = value
    }
    /// The shortest text that reads back as the number.
    public var node: ConfigurationNode { .scalar(yamlNumber(self)) }
    /// The kind of number.
    public static var expectation: String { "a number" }
}

extension Bool: ConfigurationValue {
    /// YAML's words for truth.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": self = true
        case "false", "no", "off": self = false
        default: return nil
        }
    }
    /// true or false.
    public var node: ConfigurationNode { .scalar(self ? "true" : "false") }
    /// Both values.
    public static var expectation: String { "true or false" }
}

extension String: ConfigurationValue {
    /// Any one text.
    public init?(_ node: ConfigurationNode) {
        guard case .scalar(let text) = node else { return nil }
        self = text
    }
    /// The text.
    public var node: ConfigurationNode { .scalar(self) }
    /// Anything.
    public static var expectation: String { "a text" }
}

extension [Double]: ConfigurationValue {
    /// A list of finite numbers.
    public init?(_ node: ConfigurationNode) {
        guard case .list(let items) = node else { return nil }
        let values = items.compactMap { Double(.scalar($0)) }
        guard values.count == items.count else { return nil }
        self = values
    }
    /// A list in brackets.
    public var node: ConfigurationNode { .list(map { yamlNumber($0) }) }
    /// The kind of list.
    public static var expectation: String { "a list of numbers" }
}

/// The shortest text that reads back as `value`, with a decimal point before any exponent: YAML 1.1 readers take `2e-05` for a string.
func yamlNumber(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
}
