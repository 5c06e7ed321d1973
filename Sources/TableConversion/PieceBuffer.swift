import Conversion

/// A stretch of a file in memory that moves forward: what was read and not yet used stays, more is read behind it.
final class PieceBuffer {
    private let file: InputFile
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 64)
    private var (begin, end) = (0, 0)
    private var offset = 0

    private static let pieceBytes = 1 << 20

    init(_ file: InputFile) { self.file = file }

    deinit { memory.deallocate() }

    /// The bytes that were read and not used, which may be changed in place. Valid until ``fill()``.
    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[begin..<end]) }

    /// Whether the file has nothing behind ``bytes``.
    var isAtEnd: Bool { offset == file.bytes }

    /// Drops bytes from the beginning.
    func use(_ count: Int) { begin += count }

    /// Reads more behind what is there.
    func fill() throws(ConversionError) {
        let kept = bytes
        if kept.count + Self.pieceBytes > memory.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * memory.count, alignment: 64)
            larger.copyMemory(from: UnsafeRawBufferPointer(kept))
            memory.deallocate()
            memory = larger
        } else {
            UnsafeMutableRawBufferPointer(rebasing: memory[..<kept.count]).copyMemory(
                from: UnsafeRawBufferPointer(kept))
        }
        (begin, end) = (0, kept.count)
        let count = min(Self.pieceBytes, file.bytes - offset)
        try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + count]))
        let isFirst = offset == 0
        offset += count
        end += count
        // A text file may begin with a byte order mark.
        if isFirst, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { begin = 3 }
    }
}
