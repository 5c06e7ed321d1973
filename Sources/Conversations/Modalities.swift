/// The kind of signal a feature was computed from. Stores and files name it by its raw value, options by its letter.
public enum Modality: String, Sendable, CaseIterable, Comparable {
    /// l, language: the sentence.
    case text
    /// a: the voice.
    case audio
    /// v: the face.
    case visual

    /// The field's letter for it.
    public var letter: Character {
        switch self {
        case .text: "l"
        case .audio: "a"
        case .visual: "v"
        }
    }

    /// The modality of a letter, or nil.
    public init?(letter: Character) {
        guard let modality = Self.allCases.first(where: { $0.letter == letter }) else { return nil }
        self = modality
    }

    /// The order in which modalities are stacked as streams: l, a, v, the order of the cases.
    public static func < (a: Modality, b: Modality) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// A non-empty set of modalities, written as letters: "avl", "al", "l".
public struct Modalities: Hashable, Sendable, CustomStringConvertible {
    /// The members in the order of streams: l, a, v.
    public let members: [Modality]

    /// All three.
    public static let all = Modalities(Modality.allCases)!

    /// A set of modalities, or nil if it is empty.
    public init?(_ modalities: some Sequence<Modality>) {
        members = Set(modalities).sorted()
        if members.isEmpty { return nil }
    }

    /// A set of letters out of a, v and l in any order, or nil if there is another letter, a letter twice, or none.
    public init?(letters: String) {
        let modalities = letters.compactMap(Modality.init(letter:))
        guard modalities.count == letters.count, Set(modalities).count == modalities.count else { return nil }
        self.init(modalities)
    }

    /// The letters in the paper's order, a, v, l.
    public var description: String { String("avl".filter { Modality(letter: $0).map(contains) ?? false }) }

    /// All non-empty subsets, larger ones first.
    public static func subsets(of modalities: [Modality]) -> [Modalities] {
        (1..<(1 << modalities.count)).compactMap { bits in
            Modalities(modalities.indices.filter { bits & (1 << $0) != 0 }.map { modalities[$0] })
        }.sorted { ($1.count, $0.description) < ($0.count, $1.description) }
    }

    /// Number of modalities, M.
    public var count: Int { members.count }

    /// Whether a modality is among them.
    public func contains(_ modality: Modality) -> Bool { members.contains(modality) }
}

/// Over which utterances one speaker number means one person.
public enum SpeakerScope: String, Sendable {
    /// The same number is the same speaker in every dialogue.
    case corpus
    /// Numbers count the speakers within a dialogue; number 0 of two dialogues is not one person.
    case dialogue
}

/// The names that the field gives to the parts of a dataset.
public enum SplitName {
    /// What a model learns from.
    public static let train = "train"
    /// What an epoch or a setting is chosen on.
    public static let valid = "valid"
    /// What a result is measured on.
    public static let test = "test"
    /// All three, in this order.
    public static let all = [train, valid, test]
}
