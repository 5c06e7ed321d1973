import Configuration
import ConversationModels
import Foundation
import Yams

/// The content of a run folder's `config.yaml`: the complete configuration, and what the run was made from.
public struct RunRecord: Equatable, Sendable {
    /// Every key, with its value.
    public var configuration: RunConfiguration
    /// Where the store was when the run began, as an absolute path.
    public var storePath: String
    /// The store's dataset name.
    public var dataset: String
    /// The store's fingerprint; a run never continues on other data.
    public var contentID: String
    /// The format version of the store.
    public var storeFormatVersion: String
    /// The file that the parameters started from, where one was given.
    public var initialParameters: String?
    /// The version of vuemo that began the run.
    public var toolVersion: String

    /// A record; see the properties.
    public init(
        configuration: RunConfiguration, storePath: String, dataset: String, contentID: String,
        storeFormatVersion: String,
        initialParameters: String? = nil, toolVersion: String
    ) {
        self.configuration = configuration
        self.storePath = storePath
        self.dataset = dataset
        self.contentID = contentID
        self.storeFormatVersion = storeFormatVersion
        self.initialParameters = initialParameters
        self.toolVersion = toolVersion
    }

    /// The text of `config.yaml`.
    public var yaml: String {
        func mapping(_ pairs: [(String, String)]) -> Node {
            // Quoted, so that a fingerprint of digits or a version stays text for every reader.
            Node(pairs.map { (Node($0.0), Node($0.1, .implicit, .doubleQuoted)) })
        }
        let store = mapping([
            ("path", storePath), ("dataset", dataset), ("content_id", contentID),
            ("format_version", storeFormatVersion),
        ])
        let start = initialParameters.map { [("start", mapping([("initialParameters", $0)]))] } ?? []
        return RunRecord.serialize(
            configuration.yamlSections + [("store", store)] + start + [("versions", mapping([("vuemo", toolVersion)]))])
    }

    /// Reads what `yaml` wrote.
    /// - Parameter name: the file's path, for messages.
    /// - Throws: `ConfigurationError` or `TrainingError` where the text is not that of a run.
    public init(yaml: String, name: String, models: ModelRegister) throws {
        configuration = try RunConfiguration(yaml: yaml, name: name, models: models)
        let root = try? Yams.compose(yaml: yaml)
        guard let store = root?["store"], let path = store["path"]?.string, let contentID = store["content_id"]?.string
        else {
            throw TrainingError(
                .runFolder,
                "\(name) does not say which store its run used; it must be the config.yaml that vuemo train wrote.")
        }
        storePath = path
        self.contentID = contentID
        dataset = store["dataset"]?.string ?? ""
        storeFormatVersion = store["format_version"]?.string ?? ""
        initialParameters = root?["start"]?["initialParameters"]?.string
        toolVersion = root?["versions"]?["vuemo"]?.string ?? ""
    }

    /// Sections as YAML text, in their order.
    static func serialize(_ sections: [(name: String, content: Node)]) -> String {
        let node = Node(sections.map { (Node($0.name), $0.content) })
        do {
            return try Yams.serialize(node: node, width: -1)
        } catch {
            preconditionFailure("scalars, lists and mappings always serialise: \(error)")
        }
    }

    /// The record of a run that goes on with options: they must say what the run is already, but for more epochs, since anything else
    /// would be another run.
    /// - Throws: `ConfigurationError` naming the first key that differs.
    public func continued(with assignments: [ConfigurationAssignment]) throws(ConfigurationError) -> RunRecord {
        func refused(_ key: String, _ own: String, _ other: String, cannot become: String = "become")
            -> ConfigurationError
        {
            let origin = assignments.last { $0.key == key }?.origin ?? "--resume"
            return ConfigurationError(
                "\(origin): \(key) is \(own) in the run and cannot \(become) \(other) on --resume; leave it out or start a new run."
            )
        }
        let name = RunConfiguration.modelName
        if let other = assignments.last(where: { $0.key == name })?.value.text, other != configuration.definition.name {
            throw refused(name, configuration.definition.name, other)
        }
        var changed = configuration
        try changed.apply(assignments)
        guard changed.training.epochs >= configuration.training.epochs else {
            throw refused(
                "training.epochs", "\(configuration.training.epochs)", "\(changed.training.epochs)", cannot: "fall to")
        }
        guard let key = changed.changes(from: configuration).first else {
            var record = self
            record.configuration = changed
            return record
        }
        throw refused(key, configuration.text(of: key), changed.text(of: key))
    }
}
