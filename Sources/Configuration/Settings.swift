/// One key of a configuration: everything that is to be said about it stands in the line that declares it.
///
/// ```swift
/// public struct AdamWKeys: KeyGroup {
///     public let beta1 = Key(0.9, "Decay of the first moment.", "a number from 0 to below 1") { (0..<1).contains($0) }
///     public init() {}
///     public static let table = KeyTable(AdamWKeys())
/// }
/// var settings = Settings<AdamWKeys>()
/// settings.beta1 = 0.5
/// ```
/// YAML, `--set`, help, `--print-config` and docs/configuration.md follow from that line.
public final class Key<Value: ConfigurationValue>: AnyKey {
    /// The value where nobody sets one.
    package let defaultValue: Value
    /// One sentence: what it is.
    public let help: String
    /// What a value must be, completing the sentence "… must be".
    public let expectation: String
    private let allows: @Sendable (Value) -> Bool

    /// A key.
    /// - Parameters:
    ///   - expectation: what a value must be; nil where every value of the type is taken.
    ///   - allows: whether a value is taken.
    public init(
        _ defaultValue: Value, _ help: String, _ expectation: String? = nil,
        where allows: @escaping @Sendable (Value) -> Bool = { _ in true }
    ) {
        precondition(allows(defaultValue), "the default of a key is a value that it takes")
        self.defaultValue = defaultValue
        self.help = help
        self.expectation = expectation ?? Value.expectation
        self.allows = allows
    }

    /// How the default is written.
    public var defaultNode: ConfigurationNode { defaultValue.node }

    /// The value that was written, where the key takes it.
    public func read(_ node: ConfigurationNode) -> (any ConfigurationValue)? {
        guard let value = Value(node), allows(value) else { return nil }
        return value
    }
}

extension Key where Value == Int {
    /// A whole number within bounds.
    public convenience init(_ defaultValue: Int, in range: ClosedRange<Int>, _ help: String) {
        self.init(defaultValue, help, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            range.contains($0)
        }
    }

    /// A whole number that is not below a bound.
    public convenience init(_ defaultValue: Int, atLeast minimum: Int, _ help: String) {
        self.init(defaultValue, help, "a whole number of at least \(minimum)") { $0 >= minimum }
    }
}

/// A key whose type is not known.
public protocol AnyKey: AnyObject, Sendable {
    /// One sentence: what it is.
    var help: String { get }
    /// What a value must be, completing the sentence "… must be".
    var expectation: String { get }
    /// How the default is written.
    var defaultNode: ConfigurationNode { get }
    /// The value that was written, or nil where the key does not take it.
    func read(_ node: ConfigurationNode) -> (any ConfigurationValue)?
}

/// A struct whose properties are keys. The name of a key is the name of its property.
public protocol KeyGroup: Sendable {
    /// The keys and their names: `static let table = KeyTable(Self())`.
    static var table: KeyTable<Self> { get }
}

/// The keys of a group in the order of their declaration.
public struct KeyTable<Keys: KeyGroup>: Sendable {
    let keys: Keys
    let entries: [AnySettings.Entry]
    private let names: [ObjectIdentifier: String]

    /// Reads the names of the properties.
    public init(_ keys: Keys) {
        self.keys = keys
        entries = Mirror(reflecting: keys).children.map { label, value in
            guard let label, let key = value as? any AnyKey else {
                preconditionFailure("\(Keys.self) has a property that is no key")
            }
            return AnySettings.Entry(name: label, key: key)
        }
        names = Dictionary(uniqueKeysWithValues: entries.map { (ObjectIdentifier($0.key), $0.name) })
    }

    func name<Value>(_ path: KeyPath<Keys, Key<Value>>) -> String { names[ObjectIdentifier(keys[keyPath: path])]! }
}

/// The values of the keys of a group; a key that nobody set has its default.
@dynamicMemberLookup
public struct Settings<Keys: KeyGroup>: Equatable, Sendable {
    /// The same without its type.
    public private(set) var erased: AnySettings

    /// All defaults.
    public init() { erased = AnySettings(entries: Keys.table.entries) }

    /// Settings of this group whose type was not known.
    public init(_ erased: AnySettings) {
        precondition(erased.entries.map(\.name) == Keys.table.entries.map(\.name), "settings of another group")
        self.erased = erased
    }

    /// The value of a key.
    public subscript<Value>(dynamicMember path: KeyPath<Keys, Key<Value>>) -> Value {
        get { erased.values[Keys.table.name(path)] as? Value ?? Keys.table.keys[keyPath: path].defaultValue }
        set { erased.values[Keys.table.name(path)] = newValue }
    }
}

/// Settings of a group whose type is not known: those of a model that is chosen when the program runs.
public struct AnySettings: Equatable, Sendable {
    /// A key and its name.
    public struct Entry: Sendable {
        /// The name.
        public let name: String
        /// The key.
        public let key: any AnyKey
    }

    /// The keys in the order of their declaration.
    public let entries: [Entry]
    var values: [String: any ConfigurationValue] = [:]

    init(entries: [Entry]) { self.entries = entries }

    /// How the value of a key is written; nil where there is no such key.
    public subscript(name: String) -> ConfigurationNode? {
        entries.first { $0.name == name }.map { values[name]?.node ?? $0.key.defaultNode }
    }

    /// The same with its type.
    public subscript<Keys: KeyGroup>(_ group: Keys.Type) -> Settings<Keys> {
        get { Settings(self) }
        set { self = newValue.erased }
    }

    /// Sets the value of a key.
    /// - Returns: The key, where there is one of that name and it does not take the value.
    public mutating func assign(_ node: ConfigurationNode, to name: String) -> (any AnyKey)? {
        guard let key = entries.first(where: { $0.name == name })?.key else { return nil }
        guard let value = key.read(node) else { return key }
        values[name] = value
        return nil
    }

    /// Whether every key is written alike.
    public static func == (a: AnySettings, b: AnySettings) -> Bool {
        a.entries.map(\.name) == b.entries.map(\.name) && a.entries.allSatisfy { a[$0.name] == b[$0.name] }
    }
}
