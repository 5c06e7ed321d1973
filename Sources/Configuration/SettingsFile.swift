import Yams

/// A YAML file of settings that are no keys of a configuration, such as the plan of a sweep: its entries with their lines, so that whatever
/// is wrong can be told with its place.
public struct SettingsFile: Sendable {
    /// One entry of a mapping.
    public struct Entry: Sendable {
        /// Its name.
        public let key: String
        /// What stands there.
        public let content: Content
        /// The file and the line, as errors begin: "sweep.yaml, line 7".
        public let origin: String
    }

    /// What an entry holds.
    public indirect enum Content: Sendable {
        /// A number, a word, or a list of them.
        case value(ConfigurationNode)
        /// Entries of its own, in their order.
        case entries([Entry])
        /// A list in which something is neither a number nor a word.
        case list([ConfigurationNode])
    }

    /// The entries in the order of the file.
    public let entries: [Entry]

    /// - Parameter name: the file's name, for messages.
    /// - Throws: `ConfigurationError` where the text is not a mapping.
    public init(yaml: String, name: String) throws(ConfigurationError) {
        let root = try YAMLText.root(of: yaml, name: name, example: "method: grid")
        entries = root.map { Self.entries($0, name) } ?? []
    }

    private static func entries(_ mapping: Node.Mapping, _ name: String) -> [Entry] {
        mapping.map { key, value in
            let line = key.mark.map { ", line \($0.line)" } ?? ""
            let content: Content
            if let inner = value.mapping {
                content = .entries(entries(inner, name))
            } else if case .other = ConfigurationNode(value), let items = value.sequence {
                content = .list(items.map { ConfigurationNode($0) })
            } else {
                content = .value(ConfigurationNode(value))
            }
            return Entry(key: key.scalar?.string ?? "?", content: content, origin: name + line)
        }
    }
}

extension SettingsFile.Entry {
    /// The assignments that the entries below this one make, under dotted names, each with its line.
    public var assignments: [ConfigurationAssignment] {
        guard case .entries(let entries) = content else { return [] }
        return entries.flatMap { $0.assignments(prefix: "") }
    }

    private func assignments(prefix: String) -> [ConfigurationAssignment] {
        switch content {
        case .entries(let entries): entries.flatMap { $0.assignments(prefix: prefix + key + ".") }
        case .value(let value): [ConfigurationAssignment(key: prefix + key, value: value, origin: origin)]
        case .list: [ConfigurationAssignment(key: prefix + key, value: .other, origin: origin)]
        }
    }

    /// The error that there is no entry of this name, with the one among `names` that is much alike.
    public func unknown(among names: [String]) -> ConfigurationError {
        let nearest = nearestName(to: key, among: names).map { "did you mean \($0)?" }
        return ConfigurationError(
            "\(origin): there is no \(key) here; " + (nearest ?? "there can be \(names.joined(separator: ", ")).")
        )
    }
}
