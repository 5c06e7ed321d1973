import Foundation
import Yams

/// One value that someone gave to one key, with where it came from.
public struct ConfigurationAssignment: Sendable {
    /// The dotted key.
    public let key: String
    /// The value as it was written.
    public let value: ConfigurationNode
    /// `--set`, `--seed` or the name of a file; errors begin with it.
    public let origin: String

    /// Whether somebody gave it for this key alone: a file may name keys that nobody thought of, as a run's `config.yaml` names all.
    package var isOfOption: Bool { origin.hasPrefix("--") }

    /// An assignment; see the properties.
    public init(key: String, value: ConfigurationNode, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }

    init(key: String, value: Node, origin: String) {
        self.init(key: key, value: ConfigurationNode(value), origin: origin)
    }

    /// The value of an option that stands for a key, for example `--seed` for `training.seed`.
    public init(key: String, value: String, option: String) {
        self.init(key: key, value: Node(value), origin: option)
    }

    /// The argument of `--set`: `key=value`, the value in YAML.
    /// - Throws: `ConfigurationError` where there is no `=` or the value is not YAML.
    public init(setting argument: String) throws(ConfigurationError) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            throw ConfigurationError(
                "--set \(argument): write it as key=value, for example --set optimizer.learningRate=1e-4.")
        }
        let key = argument[..<equals].trimmingCharacters(in: .whitespaces)
        let text = String(argument[argument.index(after: equals)...])
        guard let value = try? YAMLText.compose(text) else {
            throw ConfigurationError(
                "--set \(argument): \"\(text)\" is not a value; write a number, a word or a [list].")
        }
        self.init(key: key, value: value, origin: "--set")
    }

    /// Every assignment of a YAML text of nested or dotted keys.
    ///
    /// - Parameters:
    ///   - name: the file's name, for messages.
    ///   - skipping: sections that are not part of a configuration, such as those in which a run records what it was made from.
    /// - Throws: `ConfigurationError` where the text is not a mapping.
    public static func parse(
        yaml: String, name: String, skipping: Set<String> = []
    ) throws(ConfigurationError) -> [ConfigurationAssignment] {
        guard let mapping = try YAMLText.root(of: yaml, name: name, example: "training: {epochs: 20}") else {
            return []
        }
        var assignments: [ConfigurationAssignment] = []
        collect(mapping, prefix: "", name: name, skipping: skipping, into: &assignments)
        return assignments
    }

    private static func collect(
        _ mapping: Node.Mapping, prefix: String, name: String, skipping: Set<String>,
        into assignments: inout [ConfigurationAssignment]
    ) {
        for (key, value) in mapping {
            let path = prefix + (key.scalar?.string ?? "?")
            if prefix.isEmpty, skipping.contains(path) { continue }
            if let inner = value.mapping {
                collect(inner, prefix: path + ".", name: name, skipping: skipping, into: &assignments)
            } else {
                assignments.append(ConfigurationAssignment(key: path, value: value, origin: name))
            }
        }
    }
}

/// YAML as far as a configuration needs it. Yams follows what a text nests and repeats with the stack and with time, so texts that do
/// either without end are refused before.
enum YAMLText {
    struct Refused: Error { let reason: String }

    private static let deepest = 100

    /// The mapping that a file holds; nil where it is empty.
    /// - Parameters:
    ///   - name: the file's name, for messages.
    ///   - example: what a file may hold, for messages.
    /// - Throws: `ConfigurationError` where it holds anything else.
    static func root(of text: String, name: String, example: String) throws(ConfigurationError) -> Node.Mapping? {
        let root: Node?
        do {
            root = try compose(text)
        } catch let error as Refused {
            throw ConfigurationError("\(name) \(error.reason); write plain keys and values there.")
        } catch {
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "unreadable"
            throw ConfigurationError("\(name) is not valid YAML (\(reason)); correct it there.")
        }
        guard let root else { return nil }
        guard let mapping = root.mapping else {
            throw ConfigurationError("\(name) must hold keys and values, for example \"\(example)\".")
        }
        return mapping
    }

    static func compose(_ text: String) throws -> Node? {
        var plain = text.replacing(/"(?:\\.|[^"\\\n])*"|'[^'\n]*'/, with: "\"\"")
        plain = plain.replacing(/(?:^|\s)#[^\n]*/, with: "")
        if plain.contains(/(?:^|[\s\[\]{},:?-])[&*][^\s&*]/) {
            throw Refused(reason: "has an anchor or an alias (& or *)")
        }
        // A level begins with a bracket, a dash, a question mark or an indentation.
        let brackets = plain.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        let lines = plain.split(separator: "\n").map { $0.prefix { " -?\t".contains($0) } }
        let marks = lines.map { line in line.count { $0 == "-" || $0 == "?" } }.max() ?? 0
        let indentation = Set(lines.map(\.utf8.count)).count
        guard max(brackets, marks, indentation) <= deepest else {
            throw Refused(reason: "nests deeper than a configuration does")
        }
        return try Yams.compose(yaml: text)
    }
}
