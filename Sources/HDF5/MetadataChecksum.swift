/// Bob Jenkins' hash lookup3 with 0 as the initial value: the checksum of HDF5's metadata.
package func metadataChecksum(_ bytes: some Collection<UInt8>) -> UInt32 {
    func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }
    let bytes = Array(bytes)
    var (a, b, c) = (UInt32(0), UInt32(0), UInt32(0))
    a = 0xdead_beef &+ UInt32(truncatingIfNeeded: bytes.count)
    (b, c) = (a, a)
    func word(_ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | (place + $1 < bytes.count ? UInt32(bytes[place + $1]) << UInt32(8 * $1) : 0) }
    }
    var place = 0
    while bytes.count - place > 12 {
        (a, b, c) = (a &+ word(place), b &+ word(place + 4), c &+ word(place + 8))
        a = (a &- c) ^ rotate(c, 4)
        c = c &+ b
        b = (b &- a) ^ rotate(a, 6)
        a = a &+ c
        c = (c &- b) ^ rotate(b, 8)
        b = b &+ a
        a = (a &- c) ^ rotate(c, 16)
        c = c &+ b
        b = (b &- a) ^ rotate(a, 19)
        a = a &+ c
        c = (c &- b) ^ rotate(b, 4)
        b = b &+ a
        place += 12
    }
    guard place < bytes.count else { return c }
    (a, b, c) = (a &+ word(place), b &+ word(place + 4), c &+ word(place + 8))
    c = (c ^ b) &- rotate(b, 14)
    a = (a ^ c) &- rotate(c, 11)
    b = (b ^ a) &- rotate(a, 25)
    c = (c ^ b) &- rotate(b, 16)
    a = (a ^ c) &- rotate(c, 4)
    b = (b ^ a) &- rotate(a, 14)
    c = (c ^ b) &- rotate(b, 24)
    return c
}
