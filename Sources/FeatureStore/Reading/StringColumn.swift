/// A list of strings kept in two pieces of memory: their UTF-8 bytes end to end, and where each one ends. Millions of ids or
/// sentences take little more than their bytes.
///
/// Appending is cheap; replacing a string moves all that follow.
public struct StringColumn: Sendable, Equatable {
    /// All strings, UTF-8, end to end.
    package private(set) var bytes: [UInt8] = []
    /// Where each string begins in ``bytes``, and behind the last its end: one more than there are strings.
    package private(set) var offsets: [UInt64] = [0]

    /// A column without strings.
    public init() {}

    /// The strings of any sequence; a column is taken over as it is.
    public init(_ strings: some Sequence<String>) {
        if let column = strings as? StringColumn {
            self = column
        } else {
            append(contentsOf: strings)
        }
    }

    /// Appends a string given as its bytes.
    /// - Parameter utf8: Valid UTF-8.
    package mutating func append(utf8: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: utf8)
        offsets.append(UInt64(bytes.count))
    }

    /// Makes room for strings, so that appending them moves nothing. Memory is only taken as it is filled.
    package mutating func reserve(strings: Int, bytes count: Int) {
        offsets.reserveCapacity(offsets.count + strings)
        bytes.reserveCapacity(bytes.count + count)
    }

    /// Calls `body` with the bytes of a string.
    package func withUTF8<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range(index)])) }
    }

    /// The bytes of the longest string.
    package var longest: Int {
        var longest: UInt64 = 0
        for index in offsets.indices.dropFirst() { longest = Swift.max(longest, offsets[index] - offsets[index - 1]) }
        return Int(longest)
    }

    private func range(_ index: Int) -> Range<Int> { Int(offsets[index])..<Int(offsets[index + 1]) }
}

extension StringColumn: RandomAccessCollection, MutableCollection, RangeReplaceableCollection, ExpressibleByArrayLiteral
{
    /// 0.
    public var startIndex: Int { 0 }
    /// The number of strings.
    public var endIndex: Int { offsets.count - 1 }

    /// One string. Setting it moves all bytes behind it.
    public subscript(index: Int) -> String {
        get { String(decoding: bytes[range(index)], as: UTF8.self) }
        set { replaceSubrange(index..<index + 1, with: CollectionOfOne(newValue)) }
    }

    /// The strings of a literal.
    public init(arrayLiteral elements: String...) { self.init(elements) }

    /// Adds a string at the end.
    public mutating func append(_ string: String) {
        bytes.append(contentsOf: string.utf8)
        offsets.append(UInt64(bytes.count))
    }

    /// Puts strings in the place of some; all bytes behind them move.
    public mutating func replaceSubrange(_ range: Range<Int>, with strings: some Collection<String>) {
        let (begin, end) = (Int(offsets[range.lowerBound]), Int(offsets[range.upperBound]))
        let added = strings.flatMap { Array($0.utf8) }
        bytes.replaceSubrange(begin..<end, with: added)
        var ends: [UInt64] = []
        for string in strings { ends.append((ends.last ?? UInt64(begin)) + UInt64(string.utf8.count)) }
        // Wrapping, because the difference may be negative.
        let moved = UInt64(truncatingIfNeeded: added.count - (end - begin))
        for index in offsets.indices.dropFirst(range.upperBound + 1) { offsets[index] &+= moved }
        offsets.replaceSubrange(range.lowerBound + 1..<range.upperBound + 1, with: ends)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether all bytes are ASCII, at the speed of memory.
    package var isASCII: Bool {
        let whole = count & ~7
        var high: UInt64 = 0
        for offset in stride(from: 0, to: whole, by: 8) {
            high |= loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        for offset in whole..<count { high |= UInt64(self[offset]) }
        return high & 0x8080_8080_8080_8080 == 0
    }

    /// Whether the bytes are valid UTF-8.
    package var isUTF8: Bool { isASCII || String(validating: self, as: UTF8.self) != nil }
}
