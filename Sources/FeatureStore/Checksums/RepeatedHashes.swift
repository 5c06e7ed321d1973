internal import CStorage

/// The positions in a list of hashes whose hash came first in another group.
package struct RepeatedHashes {
    /// How many there are.
    package let count: Int
    /// The first few, each with the position where its hash came first.
    package let first: [(earlier: Int, later: Int)]

    /// Looks for them. Takes 6 to 12 bytes of memory for each hash meanwhile.
    /// - Parameters:
    ///   - hashes: Fewer than 2³² - 1; 0 says nothing and is left out.
    ///   - groups: As many.
    ///   - limit: How many are kept in ``first``.
    package init(_ hashes: UnsafeBufferPointer<UInt64>, in groups: [UInt8], limit: Int) {
        precondition(hashes.count == groups.count, "\(groups.count) groups for \(hashes.count) hashes")
        precondition(hashes.count < UInt32.max, "\(hashes.count) hashes")
        var capacity = 16
        while 2 * capacity < 3 * hashes.count { capacity *= 2 }
        let slots = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: capacity)
        defer { slots.deallocate() }
        var pairs = [UInt32](repeating: 0, count: 2 * limit)
        count =
            hashes.baseAddress.map {
                storage_repeated($0, groups, hashes.count, slots.baseAddress!, capacity, &pairs, limit)
            } ?? 0
        first = (0..<min(count, limit)).map { (Int(pairs[2 * $0]), Int(pairs[2 * $0 + 1])) }
    }
}
