/// The strings of a fixed-length dataset, in one piece of memory.
struct StringTable: Sendable {
    private let bytes: [UInt8]
    private let size: Int
    /// The number of strings.
    let count: Int

    init(bytes: [UInt8], size: Int, count: Int) {
        precondition(bytes.count == size * count, "\(bytes.count) bytes for \(count) strings of \(size)")
        (self.bytes, self.size, self.count) = (bytes, size, count)
    }

    var indices: Range<Int> { 0..<count }

    /// The bytes of a string before its filling.
    subscript(row: Int) -> ArraySlice<UInt8> {
        bytes[row * size..<(row + 1) * size].prefix { $0 != 0 }
    }

    /// A string; what is not UTF-8 becomes the replacement character.
    func text(_ row: Int) -> String { String(decoding: self[row], as: UTF8.self) }
}
