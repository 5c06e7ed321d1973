import Configuration

/// Which classes a run tells apart: all of the labels, or some of them, merged and renamed.
///
/// It is written as the new classes in their order, separated by commas: `happy+excited=happy,sad,neutral=calm`. A backslash before one of
/// `+ = , \` takes it for a letter of a name; blanks around names do not count.
package struct ClassChoice: ConfigurationValue {
    /// One class of the run.
    package struct Class: Equatable, Sendable {
        /// What it is called.
        package let name: String
        /// The classes of the store that it takes.
        package let sources: [String]
    }

    /// The classes in their order; empty for those of the store.
    package let classes: [Class]

    /// Those of the store.
    static let all = ClassChoice(classes: [])
    /// Choices that have a name. The four classes of IEMOCAP that most papers take.
    private static let named = ["iemocap-4": "happy+excited=happy,sad,neutral,angry"]

    private init(classes: [Class]) { self.classes = classes }

    /// A choice, or the name of one.
    package init?(_ node: ConfigurationNode) {
        let text: String
        switch node {
        case .scalar(let one): text = one
        // `[happy, sad]` in YAML.
        case .list(let items): text = items.joined(separator: ",")
        case .other: return nil
        }
        guard text != "all", !text.isEmpty else {
            self = .all
            return
        }
        guard let classes = Self.parse(Self.named[text] ?? text) else { return nil }
        self.classes = classes
    }

    /// The shortest text that says the same; named choices are written out.
    package var node: ConfigurationNode {
        guard !classes.isEmpty else { return .scalar("all") }
        return .scalar(
            classes.map { one in
                let sources = one.sources.map(Self.escaped).joined(separator: "+")
                let isRenamed = !one.name.utf8.elementsEqual(one.sources.joined(separator: "+").utf8)
                return sources + (isRenamed ? "=" + Self.escaped(one.name) : "")
            }.joined(separator: ","))
    }

    package static let expectation =
        "all, iemocap-4, or different classes separated by commas, each NAME, NAME=NEW or NAME+NAME=NEW"

    // MARK: Text

    private static let marks: Set<UInt8> = Set("+=,\\".utf8)

    private static func escaped(_ name: String) -> String {
        String(decoding: name.utf8.flatMap { marks.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }, as: UTF8.self)
    }

    /// nil where the text does not say which classes: a name that is empty, or that stands twice.
    private static func parse(_ text: String) -> [Class]? {
        var (classes, sources, name) = ([Class](), [[UInt8]](), [UInt8]())
        var isNew = false
        var bytes = Array(text.utf8)[...]
        func trimmed(_ word: [UInt8]) -> [UInt8] {
            let start = word.drop { $0 == 0x20 }
            return Array(start.reversed().drop { $0 == 0x20 }.reversed())
        }
        func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        func endClass() {
            let new = isNew ? trimmed(name) : Array(sources.joined(separator: [UInt8(ascii: "+")]))
            classes.append(Class(name: string(new), sources: sources.map(string)))
            (sources, name, isNew) = ([], [], false)
        }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"):
                guard let letter = bytes.popFirst() else { return nil }
                name.append(letter)
            case UInt8(ascii: "+") where !isNew, UInt8(ascii: "=") where !isNew:
                sources.append(trimmed(name))
                name = []
                isNew = byte == UInt8(ascii: "=")
            case UInt8(ascii: "+"), UInt8(ascii: "="): return nil
            case UInt8(ascii: ","):
                if !isNew { sources.append(trimmed(name)) }
                endClass()
            default: name.append(byte)
            }
        }
        if !isNew { sources.append(trimmed(name)) }
        endClass()
        let all = classes.flatMap(\.sources).map { Array($0.utf8) }
        let names = classes.map { Array($0.name.utf8) }
        guard !(all + names).contains([]), Set(all).count == all.count, Set(names).count == names.count else {
            return nil
        }
        return classes
    }
}
