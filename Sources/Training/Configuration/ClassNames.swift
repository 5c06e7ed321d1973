import Configuration

/// Names of classes: the value of a key.
public struct ClassNames: ConfigurationValue {
    /// The names as they were given.
    public let names: [String]

    /// None, or some.
    public init(_ names: [String] = []) { self.names = names }

    /// A list of names, or one name.
    public init?(_ node: ConfigurationNode) {
        switch node {
        case .list(let names): self.names = names
        case .scalar(let name) where !name.isEmpty: names = [name]
        case .scalar, .other: return nil
        }
    }

    /// A list in brackets.
    public var node: ConfigurationNode { .list(names) }
    /// What can be given.
    public static var expectation: String { "the name of a class or a list of names, or [] for none" }

    /// The numbers of these classes among those of a dataset; names that it has not are left out.
    func numbers(among classes: [String]) -> Set<Int> {
        // Names in files are bytes: Swift's own equality is that of canonical equivalence.
        Set(classes.indices.filter { index in names.contains { $0.utf8.elementsEqual(classes[index].utf8) } })
    }

    /// Makes sure that all are classes of a dataset, and that some class is left.
    /// - Throws: `TrainingError` naming the first that is none.
    func check(against classes: [String]) throws(TrainingError) {
        for name in names where !classes.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            throw TrainingError(
                .configuration,
                "training.microF1Without names the class '\(name)', which the store has not; its classes are "
                    + "\(classes.joined(separator: ", ")).")
        }
        guard names.isEmpty || numbers(among: classes).count < classes.count else {
            throw TrainingError(
                .configuration, "training.microF1Without names every class, so that none is left; name fewer.")
        }
    }
}
