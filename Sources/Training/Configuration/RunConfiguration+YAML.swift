import Yams

extension RunConfiguration {
    /// Every key and value as nested YAML, one section after the other.
    var sections: [(name: String, content: Node)] {
        var sections: [(name: String, pairs: [(Node, Node)])] = []
        for key in ConfigurationKey.all {
            if sections.last?.name != key.section { sections.append((key.section, [])) }
            sections[sections.count - 1].pairs.append((Node(key.shortName), key.node(self)))
        }
        return sections.map { ($0.name, Node($0.pairs)) }
    }

    /// The configuration as YAML text. `init(yaml:name:)` reads it back to an equal value.
    public var yaml: String {
        RunRecord.serialize(sections)
    }

    /// Reads what `yaml` wrote; keys that are absent keep their defaults.
    /// - Parameter name: the file's name, for messages.
    public init(yaml: String, name: String) throws(TrainingError) {
        self.init()
        for assignment in try ConfigurationAssignment.parse(yaml: yaml, name: name) {
            try assignment.apply(to: &self)
        }
    }

    /// The names of the keys in which two configurations differ, leaving out those that do not change a run's numbers.
    func differences(from other: RunConfiguration) -> [String] {
        ConfigurationKey.all.filter { $0.name != "training.prefetch" && $0.node(self) != $0.node(other) }.map(\.name)
    }

    /// The value of a key as `config.yaml` writes it.
    func text(of name: String) -> String {
        guard let key = ConfigurationKey.all.first(where: { $0.name == name }) else { return "" }
        let node = key.node(self)
        return node.scalar?.string ?? "["
            + (node.sequence?.compactMap { $0.scalar?.string } ?? []).joined(separator: ", ") + "]"
    }
}
