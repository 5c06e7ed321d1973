/// Finds for each of many hashes where it came first: a hash table with open addressing over row numbers, a quarter of the
/// memory of a dictionary.
struct FirstOccurrences {
    private let hashes: [UInt64]
    private var slots: [UInt32]
    private static let empty = UInt32.max

    /// - Parameter hashes: One for each row; fewer than 2³² - 1 of them.
    init(of hashes: [UInt64]) {
        precondition(hashes.count < Int(Self.empty), "\(hashes.count) hashes")
        var capacity = 16
        while capacity < 2 * hashes.count { capacity *= 2 }
        self.hashes = hashes
        slots = [UInt32](repeating: Self.empty, count: capacity)
    }

    /// Enters a row, unless an earlier one has the same hash: then that one is returned.
    mutating func enter(_ row: Int) -> Int? {
        let hash = hashes[row]
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while slots[slot] != Self.empty {
            if hashes[Int(slots[slot])] == hash { return Int(slots[slot]) }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(row)
        return nil
    }
}
