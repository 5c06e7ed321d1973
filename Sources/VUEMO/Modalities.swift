/// One source of features.
public enum ModalityKind: Character, CaseIterable, Sendable, Hashable, Comparable {
    /// l, language: the sentence.
    case text = "l"
    /// a: the voice.
    case audio = "a"
    /// v: the face.
    case visual = "v"

    /// The order in which modalities are stacked as streams: l, a, v.
    public static func < (a: ModalityKind, b: ModalityKind) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .text: 0
        case .audio: 1
        case .visual: 2
        }
    }
}

/// A non-empty set of modalities, written as letters: "avl", "al", "l".
public struct Modalities: Hashable, Sendable, CustomStringConvertible {
    /// The members in the order of streams: l, a, v.
    public let members: [ModalityKind]

    /// All three.
    public static let all = Modalities([.text, .audio, .visual])!

    /// A set of kinds, or nil if it is empty.
    public init?(_ kinds: some Sequence<ModalityKind>) {
        members = Set(kinds).sorted()
        if members.isEmpty { return nil }
    }

    /// A set of letters out of a, v and l in any order, or nil if there is another letter, a letter twice, or none.
    public init?(letters: String) {
        let kinds = letters.compactMap(ModalityKind.init(rawValue:))
        guard kinds.count == letters.count, Set(kinds).count == kinds.count else { return nil }
        self.init(kinds)
    }

    /// The letters in the paper's order, a, v, l.
    public var description: String { String("avl".filter { ModalityKind(rawValue: $0).map(contains) ?? false }) }

    /// Number of modalities, M.
    public var count: Int { members.count }

    /// Whether a modality is among them.
    public func contains(_ kind: ModalityKind) -> Bool { members.contains(kind) }
}

extension Modalities: Codable {
    /// Reads the letters.
    public init(from decoder: any Decoder) throws {
        let letters = try decoder.singleValueContainer().decode(String.self)
        guard let value = Modalities(letters: letters) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "modalities are letters out of a, v and l, each once, not \"\(letters)\""))
        }
        self = value
    }

    /// Writes the letters.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
