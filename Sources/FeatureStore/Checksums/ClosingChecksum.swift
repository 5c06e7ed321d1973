import Concurrency
import Files
import Foundation
import HDF5
import Synchronization

/// The last line of a store file: a CRC-32 over every byte before it.
///
/// HDF5 ignores what follows the end of its own content. Data and metadata carry their own checksums inside, but the gaps
/// that alignment leaves do not; this line covers them too, so that no bit of the file can change unnoticed.
package enum ClosingChecksum {
    /// What the end of a file says.
    package enum State: Equatable, Sendable {
        /// The line is there and the bytes match it.
        case valid
        /// The line is there and the bytes do not match it.
        case mismatch
        /// The file ends where HDF5's content ends: another tool rewrote the file, or exactly the line was cut off.
        case missing
        /// Something else follows HDF5's content.
        case malformed
    }

    private static let prefix = "\nvuemo-store crc32 "

    private static func line(_ value: UInt32) -> [UInt8] {
        let digits = String(value, radix: 16)
        return Array((prefix + String(repeating: "0", count: 8 - digits.count) + digits + "\n").utf8)
    }

    /// The length of the line in bytes.
    package static let byteCount = line(0).count

    /// Appends the line to a finished file after reading it once: the extents' blocks are held against their checksums on
    /// the way.
    /// - Returns: The first block that does not match, as its extent and its number; nothing is appended then.
    static func append(to path: String, checking extents: [SealedExtent] = []) throws(HDF5Error) -> (SealedExtent, Int)?
    {
        let size = try fileSize(path)
        var pieces: [Range<Int>] = []
        var position = 0
        func addGap(upTo end: Int) {
            while position < end {
                pieces.append(position..<min(end, position + pieceBytes))
                position = pieces[pieces.count - 1].upperBound
            }
        }
        let extents = extents.sorted { $0.offset < $1.offset }
        var first: [Int] = []
        for extent in extents {
            addGap(upTo: extent.offset)
            first.append(pieces.count)
            for _ in extent.blocks {
                pieces.append(position..<min(position + extent.blockBytes, extent.offset + extent.bytes))
                position = pieces[pieces.count - 1].upperBound
            }
        }
        addGap(upTo: size)
        let checksums = try checksums(of: pieces, in: path)
        for (extent, first) in zip(extents, first) {
            for (number, expected) in extent.blocks.enumerated() where checksums[first + number].value != expected {
                return (extent, number)
            }
        }
        var total = CRC32()
        for (piece, checksum) in zip(pieces, checksums) { total.append(checksum, count: piece.count) }
        guard let stream = fopen(path, "ab") else {
            throw HDF5Error(operation: "write", file: path, systemError: errno)
        }
        let line = line(total.value)
        let written = fwrite(line, 1, line.count, stream) == line.count && fflush(stream) == 0
        let failure = errno
        fclose(stream)
        guard written else { throw HDF5Error(operation: "write", file: path, systemError: failure) }
        return nil
    }

    /// The bytes that are read at a time: they stay in the cache of the core that reads them.
    private static let pieceBytes = 256 << 10

    /// The CRC-32 of parts of a file, which the cores share.
    private static func checksums(of pieces: [Range<Int>], in path: String) throws(HDF5Error) -> [CRC32] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HDF5Error(operation: "read", file: path, systemError: errno) }
        defer { close(descriptor) }
        let workers = max(1, min(Compute.threads, pieces.count))
        let largest = pieces.reduce(0) { max($0, $1.count) }
        var checksums = [CRC32](repeating: CRC32(), count: pieces.count)
        let failure = Mutex<Int32?>(nil)
        checksums.withUnsafeMutableBufferPointer { checksums in
            nonisolated(unsafe) let checksums = checksums
            Compute.forEach(workers) { worker in
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: largest, alignment: 64)
                defer { buffer.deallocate() }
                for index in stride(from: worker, to: pieces.count, by: workers) {
                    var position = pieces[index].lowerBound
                    while position < pieces[index].upperBound {
                        let rest = UnsafeMutableRawBufferPointer(
                            rebasing: buffer[..<(pieces[index].upperBound - position)])
                        let got: Int
                        do throws(FilesError) {
                            got = try Descriptors.read(descriptor, at: position, into: rest, name: path)
                        } catch {
                            return failure.withLock { $0 = error.systemError ?? EIO }
                        }
                        guard got > 0 else { return failure.withLock { $0 = EIO } }
                        checksums[index].update(UnsafeRawBufferPointer(rebasing: rest[..<got]))
                        position += got
                    }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) {
            throw HDF5Error(operation: "read", file: path, systemError: failure)
        }
        return checksums
    }

    /// Checks the line at the end of a file.
    /// - Parameter known: Parts of the file whose checksums were taken already: they are not read again.
    package static func state(of path: String, known: [KnownExtent] = []) throws(HDF5Error) -> State {
        let size = try fileSize(path)
        guard let end = try contentEnd(path) else { return .malformed }
        guard size > end else { return .missing }
        guard size == end + byteCount else { return .malformed }
        var checksum = CRC32()
        var position = 0
        for extent in known.sorted(by: { $0.offset < $1.offset })
        where extent.offset >= position && extent.bytes <= end - extent.offset {
            checksum.append(try read(path, position..<extent.offset).checksum, count: extent.offset - position)
            checksum.append(extent.checksum, count: extent.bytes)
            position = extent.offset + extent.bytes
        }
        let (last, rest) = try read(path, position..<end, rest: byteCount)
        checksum.append(last, count: end - position)
        guard rest.starts(with: Array(prefix.utf8)), rest.count == byteCount, rest.last == UInt8(ascii: "\n") else {
            return .malformed
        }
        return rest == line(checksum.value) ? .valid : .mismatch
    }

    /// Where HDF5's content ends, from the superblock (version 2 or 3, at the file's beginning); nil where there is none.
    private static func contentEnd(_ path: String) throws(HDF5Error) -> Int? {
        let (_, head) = try read(path, 0..<0, rest: 48)
        guard head.count == 48, head[8] == 2 || head[8] == 3, head[9] == 8 else { return nil }
        return Int(exactly: head[28..<36].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private static func fileSize(_ path: String) throws(HDF5Error) -> Int {
        var information = stat()
        guard stat(path, &information) == 0 else { throw HDF5Error(operation: "read", file: path, systemError: errno) }
        return Int(information.st_size)
    }

    /// The CRC-32 of a range of bytes, and up to `rest` bytes that follow. A file that ends earlier gives what there is.
    private static func read(
        _ path: String, _ range: Range<Int>, rest: Int = 0
    ) throws(HDF5Error) -> (checksum: CRC32, rest: [UInt8]) {
        guard let stream = fopen(path, "rb") else { throw HDF5Error(operation: "read", file: path, systemError: errno) }
        defer { fclose(stream) }
        setvbuf(stream, nil, _IONBF, 0)
        guard fseek(stream, range.lowerBound, SEEK_SET) == 0 else {
            throw HDF5Error(operation: "read", file: path, systemError: errno)
        }
        var checksum = CRC32()
        var left = range.count
        var buffer = [UInt8](repeating: 0, count: max(rest, min(left, 1 << 20)))
        while left > 0 {
            let got = fread(&buffer, 1, min(left, buffer.count), stream)
            guard got > 0 else { break }
            buffer.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            left -= got
        }
        let got = fread(&buffer, 1, rest, stream)
        guard ferror(stream) == 0 else { throw HDF5Error(operation: "read", file: path, systemError: errno) }
        return (checksum, Array(buffer[..<got]))
    }
}

/// A part of a file whose bytes were read and checksummed.
package struct KnownExtent: Sendable {
    /// Where it begins.
    package var offset: Int
    /// Its length.
    package var bytes: Int
    /// The CRC-32 of its bytes.
    package var checksum: CRC32

    package init(offset: Int, bytes: Int, checksum: CRC32) {
        (self.offset, self.bytes, self.checksum) = (offset, bytes, checksum)
    }
}

/// The rows of a feature as they lie in the file, end to end, with the checksums of their blocks.
struct SealedExtent {
    var feature: String
    var offset: Int
    var bytes: Int
    var blockBytes: Int
    var blocks: [UInt32]
}
