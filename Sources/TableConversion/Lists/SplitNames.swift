import FeatureStore

/// What the words of the column `split` mean.
struct SplitNames {
    enum Meaning {
        case none
        case named(String)
        case unknown(String)
    }

    private var words = ByteInterner()
    private var meanings: [Meaning] = []

    mutating func split(_ word: UnsafeRawBufferPointer?) -> Meaning {
        guard let word else { return .none }
        let number = Int(words.number(of: word))
        if number == meanings.count { meanings.append(Self.meaning(of: words.strings[number])) }
        return meanings[number]
    }

    static func meaning(of word: String) -> Meaning {
        switch word {
        case "train", "test": .named(word)
        case "valid", "dev", "val", "validation": .named("valid")
        default: .unknown(word)
        }
    }
}
