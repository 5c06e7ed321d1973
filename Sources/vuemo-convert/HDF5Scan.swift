import Foundation
import HDF5
import PickleConversion

/// Looks into an HDF5 file, such as a store or a `.csd` of CMU-MultimodalSDK: groups and datasets with their types and shapes. No values are
/// read, no link is followed, and members of a group that are alike are told together.
struct HDF5Scan {
    /// So many datasets are looked at; of the others, only the names are.
    static let mostDatasets = 200_000

    private let path: String
    private var datasets = 0

    /// The findings of one file.
    /// - Parameter check: Called now and then; what it throws ends the scan.
    static func scan(_ path: String, check: () throws -> Void) throws -> PickleScan {
        let name = URL(fileURLWithPath: path).lastPathComponent
        let bytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        var found = PickleScan(file: name, bytes: bytes, kind: "hdf5")
        do {
            var scan = HDF5Scan(path: path)
            try scan.look(into: &found, check: check)
        } catch let error as HDF5Error {
            found.status = .unreadable
            found.reason = "\(name) is an HDF5 file that cannot be read: \(error.message)."
        }
        return found
    }

    private init(path: String) { self.path = path }

    private mutating func look(into found: inout PickleScan, check: () throws -> Void) throws {
        let file = try File(inspecting: path)
        let contents = file.contents()
        let root = Branch()
        for group in contents.groups where group != "/" { root.add(group, .group) }
        var unreadable = contents.unreadable
        for (index, dataset) in contents.datasets.prefix(Self.mostDatasets).enumerated() {
            if index % 1024 == 0 { try check() }
            do {
                let opened = try file.openDataset(dataset)
                root.add(dataset, .dataset(type: opened.elementType.words, shape: opened.shape))
            } catch { unreadable.append((dataset, error)) }
        }
        let tree = HDF5Tree(root)
        let looked = min(contents.datasets.count, Self.mostDatasets)
        let part = looked < contents.datasets.count ? ", \(looked) of them looked at" : ""
        let what = Self.what(root, hasFormat: file.hasAttribute("format"))
        found.tree = [tree.node]
        found.tree_text =
            [
                "HDF5 file of \(count(contents.groups.count, "group")) and \(count(contents.datasets.count, "dataset"))\(part)\(what)"
            ]
            + tree.lines
        for (path, refusal) in contents.refused.prefix(8) {
            found.tree_text?.append("left alone: \(path): \(refusal.message)")
        }
        if contents.refused.count > 8 { found.tree_text?.append("left alone: \(contents.refused.count - 8) more") }
        if let (path, error) = unreadable.first {
            found.status = .unreadable
            found.reason =
                "\(found.file) is an HDF5 file of which \(count(unreadable.count, "object")) cannot be read (first: \(path): \(error.message))."
        }
    }

    /// What such a file is, where its groups tell it.
    private static func what(_ root: Branch, hasFormat: Bool) -> String {
        if hasFormat, root.members["features"] != nil, root.members["dialogues"] != nil {
            return ": a store ('vuemo info' tells more)"
        }
        let sequence = root.members.count == 1 ? root.members.values.first : nil
        if let sequence, sequence.members["data"] != nil, sequence.members["metadata"] != nil {
            return ": a sequence of CMU-MultimodalSDK (.csd)"
        }
        return ""
    }
}

private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// An object of the file with what is in it.
final class Branch {
    enum Kind { case group, dataset(type: String, shape: [Int]) }

    var kind = Kind.group
    var members: [String: Branch] = [:]

    /// Adds an object at its path, whose groups are there already or are made.
    func add(_ path: String, _ kind: Kind) {
        var branch = self
        for name in path.split(separator: "/").map(String.init) {
            let next = branch.members[name] ?? Branch()
            branch.members[name] = next
            branch = next
        }
        branch.kind = kind
    }
}

/// Branches that are alike, as one.
struct HDF5Tree {
    /// A group with so few members is shown member by member.
    private static let mostNamed = 16

    private var kind = ""
    private var times = 0
    private var rows: ClosedRange<Int>?
    private var items: ClosedRange<Int>?
    private var children: [(label: String, trees: [HDF5Tree])] = []

    /// The tree of a whole file.
    init(_ root: Branch) { self = Self.merged([root])[0] }

    private init() {}

    private static func merged(_ branches: [Branch]) -> [HDF5Tree] {
        var buckets: [String: [Branch]] = [:]
        var order: [String] = []
        for branch in branches {
            let key = key(of: branch)
            if buckets[key] == nil { order.append(key) }
            buckets[key, default: []].append(branch)
        }
        return order.map { tree(of: buckets[$0]!) }
    }

    /// What makes branches alike: type, and shape but for the rows; or the members' names, where they are few.
    private static func key(of branch: Branch) -> String {
        switch branch.kind {
        case .dataset(let type, let shape): "d \(type) \(shape.count) \(shape.dropFirst())"
        case .group where branch.members.count <= mostNamed: "g " + names(of: branch).joined(separator: "\u{0}")
        case .group: "g"
        }
    }

    private static func names(of branch: Branch) -> [String] {
        branch.members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func tree(of branches: [Branch]) -> HDF5Tree {
        var tree = HDF5Tree()
        tree.times = branches.count
        guard case .group = branches[0].kind else {
            guard case .dataset(let type, let shape) = branches[0].kind else { return tree }
            let rows = branches.compactMap { branch in
                if case .dataset(_, let shape) = branch.kind { shape.first } else { nil }
            }
            if let least = rows.min(), let most = rows.max() { tree.rows = least...most }
            let extents = [tree.rows.map(words)].compactMap { $0 } + shape.dropFirst().map(String.init)
            tree.kind = "dataset \(type) (\(extents.joined(separator: ", ")))"
            return tree
        }
        tree.kind = "group"
        let counts = branches.map(\.members.count)
        tree.items = counts.min()!...counts.max()!
        if counts.max()! <= mostNamed {
            tree.children = names(of: branches[0]).map { name in
                (name, merged(branches.map { $0.members[name]! }))
            }
        } else {
            tree.children = [
                ("by name", merged(branches.flatMap { branch in names(of: branch).map { branch.members[$0]! } }))
            ]
        }
        return tree
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }

    private var title: String { kind + (items.map { " of \(Self.words($0))" } ?? "") }

    /// The tree as indented lines.
    var lines: [String] { lines(label: "", indent: 0) }

    private func lines(label: String, indent: Int) -> [String] {
        let line = String(repeating: "  ", count: indent) + (label.isEmpty ? "" : label + ": ") + title
        return [line]
            + children.flatMap { child in
                child.trees.flatMap { tree in
                    let share =
                        child.trees.count > 1 ? " (\(tree.times) of \(child.trees.reduce(0) { $0 + $1.times }))" : ""
                    return tree.lines(label: child.label + share, indent: indent + 1)
                }
            }
    }

    /// The same for programs.
    var node: PickleScan.Node {
        PickleScan.Node(
            kind: kind, items: items.map { [$0.lowerBound, $0.upperBound] },
            children: children.isEmpty
                ? nil : children.map { PickleScan.Node.Group(label: $0.label, values: $0.trees.map(\.node)) })
    }
}

extension ElementType {
    /// The type in a word or two.
    fileprivate var words: String {
        switch self {
        case .float(let bytes, let littleEndian): "float\(8 * bytes)" + (littleEndian ? "" : " big-endian")
        case .integer(let bytes, let signed, let littleEndian):
            "\(signed ? "int" : "uint")\(8 * bytes)" + (littleEndian || bytes == 1 ? "" : " big-endian")
        case .string(let bytes): "text of \(bytes) bytes"
        case .variableLengthString: "text"
        case .other: "of a type that is not read"
        }
    }
}
