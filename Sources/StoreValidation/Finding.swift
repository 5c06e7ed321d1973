/// What can be found in a store: a value that stands beside the rule that finds it. The codes are stable: scripts may rely
/// on them. docs/validation.md lists them.
public struct FindingCode: Hashable, Sendable {
    /// A letter for the severity and a number, for example "E020".
    public let rawValue: String
    /// A few words that say what the code stands for.
    public let title: String
    /// What to do about it; empty where there is nothing to do.
    package let hint: String

    init(_ rawValue: String, title: String, hint: String = "") {
        (self.rawValue, self.title, self.hint) = (rawValue, title, hint)
    }

    /// Follows from the code's first letter.
    public var severity: Severity {
        switch rawValue.first {
        case "E": .error
        case "W": .warning
        default: .information
        }
    }
}

/// Hints that codes in several files share.
enum Hint {
    static let convertAgain = "Convert the source files again; if another program wrote the store, see FORMAT.md."
    static let mendSources = "Mend the source files and convert again."
}

/// How much a finding matters.
public enum Severity: String, Sendable, CaseIterable, Comparable, Encodable {
    /// Worth knowing.
    case information
    /// Usable, but perhaps not what was meant.
    case warning
    /// Not a correct store.
    case error

    /// Orders by weight: information, warning, error.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .information: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// One place where a finding shows.
public struct Example: Sendable, Equatable, Encodable {
    /// The place or the detail in words.
    public var text: String
    /// The dialogue's id, where there is one.
    public var dialogue: String?
    /// The utterance's id, where there is one.
    public var utterance: String?
    /// The row in the dataset, where there is one.
    public var row: Int?
    /// The column in the dataset, where there is one.
    public var column: Int?

    /// An example in words only.
    public init(_ text: String) {
        self.text = text
    }

    /// An example with its place.
    public init(_ text: String, dialogue: String?, utterance: String?, row: Int?, column: Int? = nil) {
        self.text = text
        self.dialogue = dialogue
        self.utterance = utterance
        self.row = row
        self.column = column
    }
}

/// Something found in a store.
public struct Finding: Sendable, Equatable {
    /// What kind of thing.
    public var code: FindingCode
    /// The object inside the file, or "/" for the file as a whole.
    public var place: String
    /// What was found there, in one clause.
    public var message: String
    /// How often.
    public var count: Int
    /// The first few.
    public var examples: [Example]

    /// How many examples an error or a warning carries at most. Information is told in full.
    public static let exampleLimit = 5

    /// A finding; of the examples of an error or a warning the first few are kept.
    public init(_ code: FindingCode, at place: String, _ message: String, count: Int = 1, examples: [Example] = []) {
        self.code = code
        self.place = place
        self.message = message
        self.count = count
        self.examples = code.severity == .information ? examples : Array(examples.prefix(Self.exampleLimit))
    }
}

extension Finding: Encodable {
    private enum Keys: String, CodingKey { case code, severity, title, place, message, count, examples, hint }

    /// Writes the finding with its severity, title and hint, so that a reader needs no table of codes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(code.rawValue, forKey: .code)
        try container.encode(code.severity, forKey: .severity)
        try container.encode(code.title, forKey: .title)
        try container.encode(place, forKey: .place)
        try container.encode(message, forKey: .message)
        try container.encode(count, forKey: .count)
        try container.encode(examples, forKey: .examples)
        try container.encode(code.hint, forKey: .hint)
    }
}
