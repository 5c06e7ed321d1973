import FeatureStore

/// The speakers of several stores under one numbering. Names are bytes, and speakers are joined by name; two speakers of one store
/// who have one name stay two.
struct JoinedSpeakers {
    /// A name, and which of the speakers of that name in one store.
    private struct Key: Hashable {
        var name: [UInt8]
        var occurrence: Int
    }

    /// The names so far, by number.
    private(set) var names: [String] = []
    private var numbers: [Key: UInt32] = [:]
    /// For each store its speakers' numbers here, where they have one.
    private var known: [ObjectIdentifier: [UInt32?]] = [:]
    private var keys: [ObjectIdentifier: [Key]] = [:]

    /// Takes all speakers of a store under the numbers that they have.
    mutating func keep(all store: Store) {
        for speaker in store.speakerNames.indices { _ = number(of: UInt32(speaker), in: store) }
    }

    /// The number of a store's speaker, a new one where nobody like them was there.
    mutating func number(of speaker: UInt32, in store: Store) -> UInt32 {
        let owner = ObjectIdentifier(store)
        if let number = known[owner]?[Int(speaker)] { return number }
        if keys[owner] == nil {
            keys[owner] = Self.keys(store.speakerNames)
            known[owner] = Array(repeating: nil, count: store.speakerNames.count)
        }
        let key = keys[owner]![Int(speaker)]
        let number = numbers[key] ?? UInt32(names.count)
        if Int(number) == names.count {
            names.append(store.speakerNames[Int(speaker)])
            numbers[key] = number
        }
        known[owner]![Int(speaker)] = number
        return number
    }

    private static func keys(_ names: [String]) -> [Key] {
        var counts: [[UInt8]: Int] = [:]
        return names.map { name in
            let name = Array(name.utf8)
            defer { counts[name, default: 0] += 1 }
            return Key(name: name, occurrence: counts[name, default: 0])
        }
    }

    /// Refuses stores of which one has two speakers of a name that another one has too: nobody can tell who is who. Names that count
    /// within a dialogue cannot be mistaken, since no dialogue stands in two stores.
    static func requireTellable(_ stores: [Store]) throws(StoreToolsError) {
        guard stores.first?.speakerScope == .corpus else { return }
        var owners: [[UInt8]: Int] = [:]
        for (index, store) in stores.enumerated() {
            for name in Set(store.speakerNames.map { Array($0.utf8) }) where owners[name] == nil {
                owners[name] = index
            }
        }
        var shared: Set<[UInt8]> = []
        for (index, store) in stores.enumerated() {
            for name in store.speakerNames.map({ Array($0.utf8) }) where owners[name] != index { shared.insert(name) }
        }
        for store in stores {
            for key in keys(store.speakerNames) where key.occurrence > 0 && shared.contains(key.name) {
                throw StoreToolsError(
                    "store '\(store.path)' has two speakers called '\(String(decoding: key.name, as: UTF8.self))', and another store has one of that name; speakers are joined by name, so rename them in the source and convert it again"
                )
            }
        }
    }
}

/// Where a split of several stores came from: what each of them says, once.
struct JoinedOrigin {
    private var parts: [String]

    init(_ origin: String) { parts = [origin] }

    mutating func add(_ origin: String) {
        if !parts.contains(where: { $0.utf8.elementsEqual(origin.utf8) }) { parts.append(origin) }
    }

    var text: String { parts.joined(separator: "; ") }
}
