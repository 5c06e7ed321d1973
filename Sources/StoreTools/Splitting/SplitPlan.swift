import FeatureStore

/// How the dialogues of a store are divided anew.
public struct SplitPlan: Sendable, Equatable {
    /// What the new splits are.
    public enum Method: Sendable, Equatable {
        /// The splits that the store has.
        case kept
        /// Splits by their shares of the dialogues, which sum to 1.
        case fractions([Share])
        /// Of equal parts of all dialogues, the one of this number (from 1) as test, the others as train.
        case fold(Int, of: Int)
        /// The groups of these names as test, the others as train.
        case leftOut([String])
    }

    /// A split and its share, above 0.
    public struct Share: Sendable, Equatable {
        /// "train", "valid" or "test".
        public var split: String
        /// Of the dialogues.
        public var share: Double

        /// A share; see the properties.
        public init(_ split: String, _ share: Double) {
            self.split = split
            self.share = share
        }
    }

    /// The names of splits, in the order in which a store lists them.
    static let names = ["train", "valid", "test"]

    let method: Method
    /// The share of the train dialogues that become valid.
    let validShare: Double?
    let grouping: DialogueGrouping?
    /// Whether the classes are to have the same shares in every split.
    let isStratified: Bool
    let seed: UInt64

    /// - Parameters:
    ///   - validShare: The share of the train dialogues that become the split valid, below 1; nil makes none.
    ///   - grouping: What must not be divided between splits.
    ///   - isStratified: Whether the utterances of each class are to be spread evenly too.
    ///   - seed: Chooses among equal dialogues.
    /// - Throws: ``StoreToolsError`` for shares, folds and combinations that cannot be.
    public init(
        _ method: Method, validShare: Double? = nil, grouping: DialogueGrouping? = nil, isStratified: Bool = false,
        seed: UInt64 = 0
    ) throws(StoreToolsError) {
        if let validShare, !(validShare > 0 && validShare < 1) {
            throw StoreToolsError("--valid-from takes a share above 0 and below 1, as in train:0.1")
        }
        switch method {
        case .kept:
            guard validShare != nil else {
                throw StoreToolsError(
                    "nothing says how to divide the dialogues; give --fractions, --folds with --fold, --leave-out or --valid-from"
                )
            }
        case .fractions(let shares):
            try Self.check(shares)
            if validShare != nil, shares.contains(where: { $0.split == "valid" }) {
                throw StoreToolsError("--fractions and --valid-from both make the split valid; give one of them")
            }
        case .fold(let number, let count):
            guard (2...100_000).contains(count) else {
                throw StoreToolsError("--folds takes a number from 2 on")
            }
            guard (1...count).contains(number) else {
                throw StoreToolsError("--fold takes a number from 1 to \(count), the number of folds")
            }
        case .leftOut(let names):
            guard grouping != nil, !names.isEmpty else {
                throw StoreToolsError(
                    "--leave-out names groups, and nothing says what they are; give --group-by too, as in --group-by '(Ses0[0-9])'"
                )
            }
        }
        (self.method, self.validShare, self.grouping) = (method, validShare, grouping)
        (self.isStratified, self.seed) = (isStratified, seed)
    }

    private static func check(_ shares: [Share]) throws(StoreToolsError) {
        for (index, share) in shares.enumerated() {
            guard names.contains(share.split) else {
                throw StoreToolsError("--fractions knows the splits train, valid and test, and no '\(share.split)'")
            }
            guard !shares[..<index].contains(where: { $0.split == share.split }) else {
                throw StoreToolsError("--fractions names \(share.split) twice")
            }
            guard share.share > 0, share.share <= 1 else {
                throw StoreToolsError("--fractions takes shares above 0, and that of \(share.split) is \(share.share)")
            }
        }
        let sum = shares.reduce(0) { $0 + $1.share }
        guard abs(sum - 1) < 1e-6 else {
            throw StoreToolsError("the shares of --fractions sum to \(sum), and should to 1")
        }
    }

    /// The options of `vuemo split` that say the same, for the store that is made.
    var words: String {
        var words: [String] = []
        switch method {
        case .kept: break
        case .fractions(let shares):
            words.append("--fractions " + shares.map { "\($0.split)=\($0.share)" }.joined(separator: ","))
        case .fold(let number, let count): words.append("--folds \(count) --fold \(number)")
        case .leftOut(let names): words.append("--leave-out " + Self.list(names.map(Self.quoted), separator: " "))
        }
        if let validShare { words.append("--valid-from train:\(validShare)") }
        switch grouping {
        case nil: break
        case .speakers: words.append("--group-by speaker")
        case .pattern(let pattern): words.append("--group-by " + Self.quoted(pattern))
        }
        if isStratified { words.append("--stratify") }
        words.append("--seed \(seed)")
        return words.joined(separator: " ")
    }

    /// The first names: an attribute of HDF5 holds no list of thousands.
    static func list(_ names: [String], separator: String) -> String {
        names.prefix(100).joined(separator: separator) + (names.count > 100 ? " and \(names.count - 100) more" : "")
    }

    /// A word as a shell takes it.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                    || $0 == 0x2D
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
