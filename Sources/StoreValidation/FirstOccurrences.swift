/// Finds for each of many hashes where it came first: a hash table with open addressing over row numbers, a quarter of the
/// memory of a dictionary.
struct FirstOccurrences {
    private let hashes: UnsafeBufferPointer<UInt64>
    private var slots: [UInt32]
    private static let empty = UInt32.max

    /// - Parameter hashes: One for each row; fewer than 2³² - 1 of them.
    private init(of hashes: UnsafeBufferPointer<UInt64>) {
        precondition(hashes.count < Int(Self.empty), "\(hashes.count) hashes")
        var capacity = 16
        while 2 * capacity < 3 * hashes.count { capacity *= 2 }
        self.hashes = hashes
        slots = [UInt32](repeating: Self.empty, count: capacity)
    }

    /// Enters a row, unless an earlier one has the same hash: then that one is returned.
    private mutating func enter(_ row: Int) -> Int? {
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

    /// The positions whose hash came first in another group: how many there are, and the first few, each with the position
    /// where it came first. A hash of 0 says nothing and is left out.
    static func repeated(
        _ hashes: UnsafeBufferPointer<UInt64>, in groups: [UInt8]
    ) -> (count: Int, first: [(earlier: Int, later: Int)]) {
        precondition(hashes.count == groups.count, "\(groups.count) groups for \(hashes.count) hashes")
        var table = FirstOccurrences(of: hashes)
        var (count, first) = (0, [(earlier: Int, later: Int)]())
        for (index, hash) in hashes.enumerated() where hash != 0 {
            guard let earlier = table.enter(index), groups[earlier] != groups[index] else { continue }
            count += 1
            if first.count < Finding.exampleLimit { first.append((earlier, index)) }
        }
        return (count, first)
    }
}
