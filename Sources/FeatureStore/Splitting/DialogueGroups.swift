import Conversations

/// What makes a group of dialogues that must not be divided between splits.
public enum DialogueGrouping: Sendable, Equatable {
    /// Dialogues that share a speaker, directly or through other dialogues.
    case speakers
    /// A regular expression with one capture, looked for in the id of a dialogue: dialogues of one capture are a group, such as
    /// `(Ses0\d)` for IEMOCAP's sessions.
    case pattern(String)
}

/// The groups of a store's dialogues.
public struct DialogueGroups: Sendable {
    /// For each dialogue the number of its group.
    public let numbers: [Int]
    /// For each group its names: the capture, or its speakers.
    private let names: [[String]]

    /// - Throws: ``SplittingError`` for a pattern that is no regular expression, has not one capture or does not fit every id, and for
    ///   speakers that count within a dialogue.
    public init(_ grouping: DialogueGrouping, of store: Store) throws(SplittingError) {
        switch grouping {
        case .speakers: (numbers, names) = try Self.bySpeaker(store)
        case .pattern(let pattern): (numbers, names) = try Self.byPattern(pattern, store)
        }
    }

    /// How many groups there are.
    public var count: Int { names.count }

    /// For each group a name that ``numbers(named:)`` knows.
    package var firstNames: [String] { names.map { $0.first ?? "" } }

    /// The numbers of the groups of these names.
    /// - Throws: ``SplittingError`` for a name that no group has.
    public func numbers(named wanted: [String]) throws(SplittingError) -> Set<Int> {
        // By bytes: letters that only look alike are two.
        var places: [[UInt8]: Set<Int>] = [:]
        for (number, own) in names.enumerated() {
            for name in own { places[Array(name.utf8), default: []].insert(number) }
        }
        var found: Set<Int> = []
        for name in wanted {
            guard let groups = places[Array(name.utf8)] else {
                let known = names.joined().sorted()
                throw SplittingError(
                    "no group is called '\(name)'; there are \(known.prefix(8).joined(separator: ", "))\(known.count > 8 ? ", …" : "")"
                )
            }
            found.formUnion(groups)
        }
        return found
    }

    // MARK: Kinds

    private static func byPattern(_ pattern: String, _ store: Store) throws(SplittingError) -> ([Int], [[String]]) {
        let expression: Regex<AnyRegexOutput>
        do {
            // Names are bytes: letters that only look alike are two.
            expression = try Regex(pattern).matchingSemantics(.unicodeScalar)
        } catch {
            throw SplittingError("'\(pattern)' is no regular expression: \(error)")
        }
        var (numbers, names) = ([Int](), [[String]]())
        var known: [[UInt8]: Int] = [:]
        var others: [String] = []
        for dialogue in store.dialogues {
            guard let match = (try? expression.firstMatch(in: dialogue.id)) ?? nil else {
                others.append(dialogue.id)
                continue
            }
            guard match.output.count == 2 else {
                throw SplittingError(
                    "the pattern '\(pattern)' has \(match.output.count - 1) captures and needs one, in parentheses, as in '(Ses0[0-9])'"
                )
            }
            guard let name = match.output[1].substring else {
                others.append(dialogue.id)
                continue
            }
            let number = known[Array(name.utf8)] ?? names.count
            if number == names.count {
                known[Array(name.utf8)] = number
                names.append([String(name)])
            }
            numbers.append(number)
        }
        guard others.isEmpty else {
            throw SplittingError(
                "the pattern '\(pattern)' says of \(others.count) of \(store.dialogues.count) dialogues no group: \(others.prefix(3).joined(separator: ", "))\(others.count > 3 ? ", …" : ""); give one that fits every id"
            )
        }
        return (numbers, names)
    }

    private static func bySpeaker(_ store: Store) throws(SplittingError) -> ([Int], [[String]]) {
        guard store.speakerScope == .corpus else {
            throw SplittingError(
                "its speakers are numbered within each dialogue, so that nobody can tell who speaks in two; give --group-by a pattern over the ids, such as '(Ses0[0-9])'"
            )
        }
        // Speakers who stand in one dialogue are joined: each points to another of its group, the first one to itself.
        var parents = Array(store.speakerNames.indices)
        func root(_ speaker: Int) -> Int {
            var speaker = speaker
            while parents[speaker] != speaker {
                parents[speaker] = parents[parents[speaker]]
                speaker = parents[speaker]
            }
            return speaker
        }
        for dialogue in store.dialogues {
            let first = Int(store.speakers[dialogue.range.lowerBound])
            for speaker in store.speakers[dialogue.range] {
                let (a, b) = (root(first), root(Int(speaker)))
                parents[max(a, b)] = min(a, b)
            }
        }
        var (numbers, names) = ([Int](), [[String]]())
        var places: [Int: Int] = [:]
        for dialogue in store.dialogues {
            let root = root(Int(store.speakers[dialogue.range.lowerBound]))
            let place = places[root] ?? names.count
            if place == names.count {
                places[root] = place
                names.append([])
            }
            numbers.append(place)
        }
        for (speaker, name) in store.speakerNames.enumerated() {
            if let place = places[root(speaker)] { names[place].append(name) }
        }
        return (numbers, names)
    }
}
