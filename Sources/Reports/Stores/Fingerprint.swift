/// 64 bits that equal content shares and other content does not: FNV-1a over words, mixed. Of two million rows, two different ones share
/// theirs once in ten million stores.
struct Fingerprint: Hashable {
    private var bits: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt32) {
        bits = (bits ^ UInt64(word)) &* 0x100_0000_01B3
        bits ^= bits >> 29
    }
}
