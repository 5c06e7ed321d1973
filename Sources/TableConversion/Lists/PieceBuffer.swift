import Conversion

/// A stretch of a file's text in memory that moves forward: what was read and not yet used stays, more is read behind it. The text is
/// UTF-8, whatever the file is.
final class PieceBuffer {
    private let file: InputFile
    private let encoding: TextEncoding
    private var decoder = Windows1252()
    /// Bytes of the file that are to be decoded.
    private var undecoded: [UInt8] = []
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 64)
    private var (begin, end) = (0, 0)
    private var offset = 0

    private static let pieceBytes = 1 << 20

    init(_ file: InputFile, encoding: TextEncoding = .utf8) { (self.file, self.encoding) = (file, encoding) }

    deinit { memory.deallocate() }

    /// The bytes that were read and not used, which may be changed in place. Valid until ``fill()``.
    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[begin..<end]) }

    /// Whether the file has nothing behind ``bytes``.
    var isAtEnd: Bool { offset == file.bytes }

    /// Whether the text was decoded from another encoding although it seems to be UTF-8. Known at the end.
    var looksLikeUTF8: Bool { encoding != .utf8 && decoder.looksLikeUTF8 }

    /// Drops bytes from the beginning.
    func use(_ count: Int) { begin += count }

    /// Reads more behind what is there.
    func fill() throws(ConversionError) {
        makeRoom(encoding.growth * Self.pieceBytes)
        let count = min(Self.pieceBytes, file.bytes - offset)
        let isFirst = offset == 0
        switch encoding {
        case .utf8:
            try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + count]))
            end += count
            // A text file may begin with a byte order mark.
            if isFirst, bytes.starts(with: Self.mark) { begin = 3 }
        case .windows1252:
            undecoded = try file.read(at: offset, count: count)
            guard !isFirst || !undecoded.starts(with: Self.mark) else {
                throw .input("\(file.name) begins with the mark of UTF-8: leave --encoding windows-1252 out.")
            }
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[end...])
            let written = undecoded.withUnsafeBytes { bytes in
                Result { () throws(ConversionError) in try decoder.decode(bytes, into: room, file: file.name) }
            }
            end += try written.get()
        }
        offset += count
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Moves what is there to the beginning, with room for more behind it.
    private func makeRoom(_ count: Int) {
        let kept = bytes
        if kept.count + count > memory.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(2 * memory.count, kept.count + count), alignment: 64)
            larger.copyMemory(from: UnsafeRawBufferPointer(kept))
            memory.deallocate()
            memory = larger
        } else {
            UnsafeMutableRawBufferPointer(rebasing: memory[..<kept.count]).copyMemory(
                from: UnsafeRawBufferPointer(kept))
        }
        (begin, end) = (0, kept.count)
    }
}
