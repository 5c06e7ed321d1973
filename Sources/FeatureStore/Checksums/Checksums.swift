internal import Crypto
internal import CStorage
internal import CZlib
import HDF5

/// CRC-32 as zlib computes it, fed piece by piece. Finds every change of a single bit.
package struct CRC32: Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var done = 0
        if Self.isFast, bytes.count >= 64 {
            done = bytes.count & ~15
            value = storage_crc32_blocks(value, start, done)
        }
        guard done < bytes.count else { return }
        value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start + done, bytes.count - done))
    }

    /// Goes on over `count` bytes whose own checksum is `other`, without seeing them.
    package mutating func append(_ other: CRC32, count: Int) {
        value = UInt32(truncatingIfNeeded: crc32_combine(UInt(value), UInt(other.value), count))
    }

    private static let isFast = storage_has_fast_crc32()
}

/// SHA-256, fed piece by piece.
package struct SHA256Digest {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    /// The digest in lower-case hexadecimal.
    package func hexadecimal() -> String {
        let digits = Array("0123456789abcdef")
        return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The checksums of one dataset, fed with its bytes from first to last: a CRC-32 per block of rows, which says where a
/// damage is, and a SHA-256 over everything, which says what the content is.
package struct DatasetDigest {
    /// Rows in every block but possibly the last.
    package let rowsPerBlock: Int
    private let blockBytes: Int
    private var filled = 0
    private var block = CRC32()
    private var finished: [UInt32] = []
    private var whole: SHA256Digest?

    /// The bytes that a block holds at most, unless a single row is larger: small enough to say where, large enough to
    /// cost nothing.
    package static let targetBlockBytes = 256 << 10

    /// - Parameters:
    ///   - rowBytes: The bytes of one row.
    ///   - rowsPerBlock: Rows per block; nil for as many as make a block of ``targetBlockBytes``.
    ///   - content: Whether the SHA-256 is computed too.
    package init(rowBytes: Int, rowsPerBlock: Int? = nil, content: Bool = true) {
        self.rowsPerBlock = max(1, rowsPerBlock ?? Self.rowsPerBlock(rowBytes: rowBytes))
        // A damaged file may claim any number of rows per block.
        let (bytes, overflow) = self.rowsPerBlock.multipliedReportingOverflow(by: max(rowBytes, 1))
        self.blockBytes = overflow ? .max : bytes
        self.whole = content ? SHA256Digest() : nil
    }

    package static func rowsPerBlock(rowBytes: Int) -> Int {
        max(1, targetBlockBytes / max(rowBytes, 1))
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        whole?.update(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(blockBytes - filled)
            block.update(UnsafeRawBufferPointer(rebasing: part))
            filled += part.count
            rest = rest.dropFirst(part.count)
            if filled == blockBytes { closeBlock() }
        }
    }

    private mutating func closeBlock() {
        finished.append(block.value)
        block = CRC32()
        filled = 0
    }

    /// The block checksums and the SHA-256 (empty where it was not wanted) of everything fed so far.
    package mutating func finish() -> (blocks: [UInt32], sha256: String) {
        if filled > 0 { closeBlock() }
        return (finished, whole?.hexadecimal() ?? "")
    }
}

extension Dataset {
    /// The bytes of one row as stored; zero for elements of no fixed size.
    package var rowBytes: Int { rowElements * (elementType.size ?? 0) }

    /// Visits the stored bytes of all rows, block by block, in one reused buffer.
    /// - Parameter visit: Receives the rows' numbers and their bytes, and says whether to go on.
    package func forEachBlock(_ visit: (Range<Int>, UnsafeRawBufferPointer) -> Bool) throws(HDF5Error) {
        try requirePlausibleSize()
        let step = DatasetDigest.rowsPerBlock(rowBytes: rowBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(step, max(rowCount, 1)) * rowBytes, alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: rowCount, by: step) {
            let rows = start..<min(start + step, rowCount)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(rows.count * rowBytes)])
            try readStoredBytes(rows: rows, into: bytes)
            guard visit(rows, UnsafeRawBufferPointer(bytes)) else { return }
        }
    }

    /// The checksums over all stored bytes.
    /// - Parameters:
    ///   - rowsPerBlock: Rows per block checksum; nil for the writer's own choice.
    ///   - content: Whether the SHA-256 is wanted too; without it the walk runs at the speed of memory.
    ///   - visit: Receives the rows' numbers and their bytes as they pass.
    package func streamDigest(
        rowsPerBlock: Int? = nil, content: Bool = true,
        visit: (Range<Int>, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws(HDF5Error) -> DatasetDigest {
        var digest = DatasetDigest(rowBytes: rowBytes, rowsPerBlock: rowsPerBlock, content: content)
        try forEachBlock { rows, bytes in
            digest.update(bytes)
            visit(rows, bytes)
            return true
        }
        return digest
    }
}
