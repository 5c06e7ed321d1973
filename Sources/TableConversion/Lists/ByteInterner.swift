import FeatureStore

/// Gives each distinct string a number, in the order of their first appearance. Strings are looked up by their bytes, so that
/// millions of rows make no strings of their own.
package struct ByteInterner {
    /// The distinct strings; a string's number is its place.
    package private(set) var strings = StringColumn()
    private var slots = [UInt32](repeating: .max, count: 64)
    private var last: UInt32?

    package init() {}

    /// The number of a string, given as its bytes in UTF-8; a new one where it was not seen before.
    package mutating func number(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        // What a table names, it often names again in the next row.
        if let last, isEqual(last, bytes) { return last }
        let mask = slots.count - 1
        var slot = Self.hash(bytes) & mask
        while slots[slot] != .max {
            if isEqual(slots[slot], bytes) {
                last = slots[slot]
                return slots[slot]
            }
            slot = (slot + 1) & mask
        }
        let number = UInt32(strings.count)
        strings.append(utf8: bytes)
        slots[slot] = number
        last = number
        if 2 * strings.count > slots.count { grow() }
        return number
    }

    /// The number of a string that was seen before; nil where it was not.
    func find(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        let mask = slots.count - 1
        var slot = Self.hash(bytes) & mask
        while slots[slot] != .max {
            if isEqual(slots[slot], bytes) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Gives the memory back that finding takes. The strings stay; nothing is found any more, and all are new.
    package mutating func forgetPlaces() { (slots, last) = ([.max], nil) }

    private func isEqual(_ number: UInt32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        strings.withUTF8(Int(number)) { $0.count == bytes.count && $0.elementsEqual(bytes) }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: .max, count: 2 * slots.count)
        let mask = slots.count - 1
        for number in strings.indices {
            var slot = strings.withUTF8(number) { Self.hash($0) } & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number)
        }
    }

    /// FNV-1a, folded.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
