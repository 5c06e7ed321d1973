import Foundation
import Yams

/// One value that someone gave to one key, with where it came from.
public struct ConfigurationAssignment {
    /// The dotted key.
    public let key: String
    let value: Node
    /// `--set`, `--seed` or the name of a file; errors begin with it.
    let origin: String

    init(key: String, value: Node, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }

    /// The value of an option that stands for a key, for example `--seed` for `training.seed`.
    public init(key: String, value: String, option: String) {
        self.init(key: key, value: Node(value), origin: option)
    }

    /// The argument of `--set`: `key=value`, the value in YAML.
    /// - Throws: `TrainingError` where there is no `=` or the value is not YAML.
    public init(setting argument: String) throws(TrainingError) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            throw TrainingError(
                .configuration,
                "--set \(argument): write it as key=value, for example --set optimizer.learningRate=1e-4.")
        }
        let key = argument[..<equals].trimmingCharacters(in: .whitespaces)
        let text = String(argument[argument.index(after: equals)...])
        guard let value = try? Yams.compose(yaml: text) else {
            throw TrainingError(
                .configuration, "--set \(argument): \"\(text)\" is not a value; write a number, a word or a [list].")
        }
        self.init(key: key, value: value, origin: "--set")
    }

    /// Every assignment of a YAML text of nested or dotted keys.
    ///
    /// A run folder's `config.yaml` can be given again: the sections in which it records what the run was made from are left out.
    /// - Parameter name: the file's name, for messages.
    /// - Throws: `TrainingError` where the text is not a mapping.
    public static func parse(yaml: String, name: String) throws(TrainingError) -> [ConfigurationAssignment] {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "unreadable"
            throw TrainingError(.configuration, "\(name) is not valid YAML (\(reason)); correct it there.")
        }
        guard let root else { return [] }
        guard let mapping = root.mapping else {
            throw TrainingError(
                .configuration, "\(name) must hold keys and values, for example \"training: {epochs: 20}\".")
        }
        var assignments: [ConfigurationAssignment] = []
        collect(mapping, prefix: "", name: name, into: &assignments)
        return assignments
    }

    private static func collect(
        _ mapping: Node.Mapping, prefix: String, name: String, into assignments: inout [ConfigurationAssignment]
    ) {
        for (key, value) in mapping {
            let path = prefix + (key.scalar?.string ?? "?")
            if prefix.isEmpty, RunRecord.recordedSections.contains(path) { continue }
            if let inner = value.mapping {
                collect(inner, prefix: path + ".", name: name, into: &assignments)
            } else {
                assignments.append(ConfigurationAssignment(key: path, value: value, origin: name))
            }
        }
    }

    /// Applies the value.
    /// - Throws: `TrainingError` for an unknown key, naming the nearest, or a value that the key does not take.
    func apply(to configuration: inout RunConfiguration) throws(TrainingError) {
        let key = try ConfigurationKey.named(key, from: origin)
        guard key.assign(&configuration, value) else {
            let given = value.scalar.map { "\"\($0.string)\"" } ?? "a \(value.sequence == nil ? "mapping" : "list")"
            throw TrainingError(.configuration, "\(origin): \(key.name) must be \(key.expectation), not \(given).")
        }
    }
}
