import Yams

/// A whole configuration: groups of settings under the names of their sections.
///
/// The name of a key in files and after `--set` is `section.key`, for example `optimizer.learningRate`.
public struct Sections: Equatable, Sendable {
    /// One section.
    public struct Section: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// Its settings.
        public var settings: AnySettings

        /// A section.
        public init(_ name: String, _ settings: AnySettings) {
            self.name = name
            self.settings = settings
        }
    }

    /// The sections in their order.
    public var sections: [Section]

    /// Sections in an order.
    public init(_ sections: [Section]) { self.sections = sections }

    /// The dotted names of all keys, in their order.
    public var keys: [String] {
        sections.flatMap { section in section.settings.entries.map { "\(section.name).\($0.name)" } }
    }

    /// The settings of a section.
    public subscript(section name: String) -> AnySettings { sections.first { $0.name == name }!.settings }

    /// How the value of a dotted key is written; nil where there is no such key.
    public subscript(key: String) -> ConfigurationNode? {
        guard let (index, name) = place(of: key) else { return nil }
        return sections[index].settings[name]
    }

    /// What is to be said about a dotted key; nil where there is none.
    public func key(_ key: String) -> (any AnyKey)? {
        guard let (index, name) = place(of: key) else { return nil }
        return sections[index].settings.entries.first { $0.name == name }?.key
    }

    /// Applies an assignment.
    /// - Throws: `ConfigurationError` for an unknown key, naming one that is much alike, or for a value that the key does not take.
    public mutating func apply(_ assignment: ConfigurationAssignment) throws(ConfigurationError) {
        let key = assignment.key
        guard let (index, name) = place(of: key) else {
            let nearest = nearestName(to: key, among: keys).map { "; did you mean \($0)?" }
            throw ConfigurationError(
                "\(assignment.origin): there is no key \(key)"
                    + (nearest ?? "; vuemo train --print-config lists all keys."))
        }
        guard let refused = sections[index].settings.assign(assignment.value, to: name) else { return }
        let given =
            switch assignment.value {
            case .scalar(let text): "\"\(text)\""
            case .list: "a list"
            case .other: "a mapping or a nested list"
            }
        throw ConfigurationError("\(assignment.origin): \(key) must be \(refused.expectation), not \(given).")
    }

    /// The dotted keys whose values differ.
    public func differences(from other: Sections) -> [String] {
        keys.filter { self[$0] != other[$0] }
    }

    /// One YAML mapping for each section.
    public var yaml: [(name: String, content: Node)] {
        sections.map { section in
            let settings = section.settings
            return (section.name, Node(settings.entries.map { (Node($0.name), settings[$0.name]!.yaml) }))
        }
    }

    /// YAML with a comment on every key: its sentence, what it must be and its default. `parse` reads it back to the same values.
    public var commentedYAML: String {
        sections.map { section in
            let settings = section.settings
            let lines = settings.entries.map { entry in
                """
                  # \(entry.key.help)
                  # Must be \(entry.key.expectation). Default: \(entry.key.defaultNode.text)
                  \(entry.name): \(Self.line(settings[entry.name]!))

                """
            }
            return "\(section.name):\n" + lines.joined()
        }.joined(separator: "\n")
    }

    /// A table in Markdown for each section: key, default, what it must be, and its sentence.
    public func markdown(of name: String) -> String {
        let rows = self[section: name].entries.map { entry in
            "| `\(name).\(entry.name)` | `\(entry.key.defaultNode.text)` | \(entry.key.help) | \(entry.key.expectation) |"
        }
        return (["| key | default | what it is | must be |", "|---|---|---|---|"] + rows).joined(separator: "\n") + "\n"
    }

    private static func line(_ node: ConfigurationNode) -> String {
        let text = try? Yams.serialize(node: node.yaml, width: -1)
        return text.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 } ?? node.text
    }

    private func place(of key: String) -> (section: Int, name: String)? {
        guard let dot = key.firstIndex(of: "."), let index = sections.firstIndex(where: { $0.name == key[..<dot] })
        else {
            return nil
        }
        let name = String(key[key.index(after: dot)...])
        return sections[index].settings[name] == nil ? nil : (index, name)
    }
}

/// What is wrong with a configuration: one sentence that begins with where it stands.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}
