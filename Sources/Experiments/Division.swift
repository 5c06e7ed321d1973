import Configuration
import FeatureStore
import Training

/// One part of divided dialogues: what its run is called, and what makes it.
public struct DivisionPart: Sendable {
    /// "fold" or "group".
    let kind: String
    /// The number of a fold; the name of a group, as far as a folder can have it.
    let label: String
    /// The key that names it.
    public let assignment: ConfigurationAssignment
    /// The name of its run's folder, or the end of it.
    public var name: String { "\(kind)-\(label)" }
}

/// How dialogues are divided for several runs, each of which is tested on one part.
public struct Division: Sendable {
    /// What the parts are.
    enum Choice: Sendable {
        case folds(Int)
        case groups(GroupChoice)
    }

    let choice: Choice
    /// The option or the line that asks for it.
    let origin: String

    /// - Parameter origin: The option or the line that asks for it, for messages.
    /// - Returns: nil where folds are no number from 2 to 100000.
    public init?(folds: Int, origin: String) {
        guard (2...100_000).contains(folds) else { return nil }
        (choice, self.origin) = (.folds(folds), origin)
    }

    /// - Parameters:
    ///   - text: session, speaker or a regular expression with one capture.
    ///   - origin: The option or the line that asks for it, for messages.
    /// - Returns: nil where the text is none of these.
    public init?(leavingGroupOut text: String, origin: String) {
        guard let groups = GroupChoice(.scalar(text)), groups != .none else { return nil }
        (choice, self.origin) = (.groups(groups), origin)
    }

    /// What a folder of such runs is called, behind the model's label.
    public var name: String {
        switch choice {
        case .folds(let count): "folds-\(count)"
        case .groups: "groups"
        }
    }

    /// What the parts are called.
    var kind: String {
        switch choice {
        case .folds: "fold"
        case .groups: "group"
        }
    }

    /// The key that all parts have in common.
    public var assignment: ConfigurationAssignment {
        switch choice {
        case .folds(let count):
            ConfigurationAssignment(key: "data.folds", value: .scalar("\(count)"), origin: origin)
        case .groups(let groups): ConfigurationAssignment(key: "data.groupBy", value: groups.node, origin: origin)
        }
    }

    /// The parts, in order.
    /// - Parameter store: nil where there is none yet, which has no groups.
    /// - Throws: `TrainingError` where the store has no such groups.
    public func parts(of store: Store?) throws(TrainingError) -> [DivisionPart] {
        switch choice {
        case .folds(let count):
            return (1...count).map { part("\($0)", key: "data.fold", value: "\($0)") }
        case .groups(let groups):
            guard let store else { return [] }
            // Groups may be called anything, and folders may not; a sweep's folder has the values of its keys in its name too.
            var labels: Set<String> = []
            return try DialogueDivision.groups(of: store, by: groups).map { group in
                let plain = String(group.utf8.map { Self.isPlain($0) ? Character(UnicodeScalar($0)) : "-" }.prefix(30))
                var (label, number) = (plain, 1)
                while !labels.insert(label).inserted {
                    number += 1
                    label = "\(plain)-\(number)"
                }
                return part(label, key: "data.leaveOut", value: group)
            }
        }
    }

    private func part(_ label: String, key: String, value: String) -> DivisionPart {
        DivisionPart(
            kind: kind, label: label,
            assignment: ConfigurationAssignment(key: key, value: .scalar(value), origin: origin))
    }

    /// Whether a byte may stand in the name of a folder.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
