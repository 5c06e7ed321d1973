import Files
import Foundation

/// The headers of a file's objects, read byte by byte before the library sees them.
///
/// libhdf5 1.10 trusts what a header says once its checksum is good: an address, a length or a message that cannot be decoded
/// makes it read and free memory that is not its own. So every header is looked through here first, with bounds. This knows what
/// files of this project are made of: superblocks of version 2 and 3, object headers of version 2, and messages of the versions that
/// the library writes into such files. In a file with an older superblock nothing is looked at.
struct ObjectHeaders {
    private let file: RawFile
    /// Where in the file address 0 is.
    private let base: Int
    /// Where the root's header lies; nil where no header of the file is looked at here: it is in the form of before HDF5 1.8, or its
    /// superblock is one that the library refuses.
    let root: UInt64?

    /// A header takes no more bytes than this, in no more pieces.
    private static let (mostBytes, mostPieces) = (64 << 20, 4096)

    /// Reads the superblock, and looks at the header of the root.
    /// - Throws: ``HDF5Error`` where that cannot be done, or a header is not what it should be.
    init(of path: String) throws(HDF5Error) {
        let place = Place(operation: "open", file: path)
        let file = try RawFile(path)
        guard let base = try Self.beginning(of: file) else { throw place.error("it is not an HDF5 file") }
        let bytes = try file.read(at: base, count: 48)
        self.file = file
        self.base = base
        guard bytes.count == 48, bytes[8] == 2 || bytes[8] == 3, bytes[9] == 8, bytes[10] == 8 else {
            guard bytes.count < 12 || bytes[8] < 2 || bytes[8] > 3 else {
                throw place.error("its addresses have \(bytes[9]) bytes, and only such of 8 are read")
            }
            root = nil
            return
        }
        var numbers = HeaderBytes(bytes[12...], "the superblock")
        let (_, extensions, end, root): (UInt64, UInt64, UInt64, UInt64)
        let checksum: UInt64
        do {
            (_, extensions, end, root) = try (
                numbers.number(8), numbers.number(8), numbers.number(8), numbers.number(8)
            )
            checksum = try numbers.number(4)
        } catch {
            throw place.error(error.reason)
        }
        guard checksum == UInt64(metadataChecksum(bytes.prefix(44))), end <= UInt64(file.size - base) else {
            self.root = nil
            return
        }
        // The library refuses such a file too, but only after it has read headers, which a half-written file need not have whole.
        guard bytes[8] == 2 || bytes[11] & 1 == 0 else {
            throw place.error("it is marked as open for writing; 'h5clear -s' clears the mark")
        }
        self.root = root
        if extensions != .max { try look(at: extensions, of: "the superblock", MessageKind.ofSuperblocks) }
        try look(at: root, of: "/")
    }

    /// Where in the file an address is.
    func place(of address: UInt64) -> UInt64 { UInt64(base) &+ address }

    /// Where HDF5's content begins: at 0, 512, 1024, 2048 and so on.
    private static func beginning(of file: RawFile) throws(HDF5Error) -> Int? {
        var place = 0
        while place <= file.size - 8 {
            if try file.read(at: place, count: 8) == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] { return place }
            place = place == 0 ? 512 : 2 * place
        }
        return nil
    }

    /// Looks through the header of an object, and gives what forbids reading it that the header tells by itself.
    /// - Throws: ``HDF5Error`` with the object's path where the library must not see the header.
    @discardableResult
    func look(
        at address: UInt64, of object: @autoclosure () -> String, _ known: Set<MessageKind> = MessageKind.ofObjects
    ) throws(HDF5Error) -> [Refusal] {
        guard root != nil else { return [] }
        do {
            var messages = HeaderMessages(known: known, end: UInt64(file.size - base))
            var left = Self.mostBytes
            var pieces = [try firstPiece(at: address, &messages)]
            var seen: Set<Int> = []
            while let piece = pieces.popLast() {
                left -= piece.count
                guard left >= 0, seen.count < Self.mostPieces, seen.insert(piece.lowerBound).inserted else {
                    throw HeaderFault("its pieces have no end")
                }
                let bytes = try read(piece)
                let isFirst = seen.count == 1
                guard bytes.prefix(4).elementsEqual((isFirst ? "OHDR" : "OCHK").utf8) else {
                    throw HeaderFault("a piece of it is missing where another names it")
                }
                guard UInt32(littleEndian: bytes.suffix(4)) == metadataChecksum(bytes.dropLast(4)) else {
                    throw HeaderFault("its checksum is not that of its bytes")
                }
                let content = bytes.dropLast(4).dropFirst(isFirst ? messages.headLength : 4)
                for (begin, count) in try messages.read(content) {
                    pieces.append(try range(begin, count))
                }
            }
            try messages.check()
            if let (address, entries) = try messages.chunkList() { try check(chunksAt: address, entries: entries) }
            return messages.refusals
        } catch let error as HDF5Error {
            throw error
        } catch {
            let reason = (error as? HeaderFault)?.reason ?? "\(error)"
            throw Place(operation: "open", file: file.path, object: object())
                .error("its header cannot be read: \(reason)")
        }
    }

    /// Where the first piece of a header lies, which says itself how long it is.
    private func firstPiece(at address: UInt64, _ messages: inout HeaderMessages) throws -> Range<Int> {
        let start = try range(address, 4).lowerBound
        var head = HeaderBytes(try file.read(at: start, count: 34)[...], "its beginning")
        guard try head.take(4).elementsEqual("OHDR".utf8) else {
            throw HeaderFault("there is no header of version 2 at byte \(address)")
        }
        guard try head.byte() == 2 else { throw HeaderFault("its version is not 2") }
        let flags = try head.byte()
        guard flags & 0xc0 == 0 else { throw HeaderFault("its flags are unknown") }
        messages.hasOrder = flags & 0x04 != 0
        let width = 1 << Int(flags & 0x03)
        let before = (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
        try head.skip(before)
        let count = try head.number(width)
        messages.headLength = 6 + before + width
        let (whole, overflow) = count.addingReportingOverflow(UInt64(messages.headLength + 4))
        guard !overflow else { throw HeaderFault("it is longer than its file") }
        return try range(address, whole)
    }

    /// Looks at the beginning of a list of chunks ("fixed array").
    private func check(chunksAt address: UInt64, entries: UInt64) throws {
        let range = try range(address, 28)
        let bytes = try read(range)
        var list = HeaderBytes(bytes, "its list of chunks")
        guard try list.take(4).elementsEqual("FAHD".utf8),
            UInt32(littleEndian: bytes.suffix(4)) == metadataChecksum(bytes.dropLast(4))
        else { throw HeaderFault("its list of chunks is not where its layout says, or is damaged") }
        try list.skip(4)
        guard try list.number(8) >= entries else {
            throw HeaderFault("its list of chunks is shorter than the dataset has chunks")
        }
    }

    private func range(_ address: UInt64, _ count: UInt64) throws(HeaderFault) -> Range<Int> {
        let room = UInt64(file.size - base)
        guard address <= room, count <= room - address else { throw HeaderFault("it lies outside of the file") }
        guard count >= 4 else { throw HeaderFault("a piece of it is too short") }
        return base + Int(address)..<base + Int(address) + Int(count)
    }

    private func read(_ range: Range<Int>) throws -> ArraySlice<UInt8> {
        guard range.count <= Self.mostBytes else { throw HeaderFault("it takes \(range.count) bytes") }
        let bytes = try file.read(at: range.lowerBound, count: range.count)
        guard bytes.count == range.count, bytes.count >= 8 else { throw HeaderFault("a piece of it is too short") }
        return bytes[...]
    }
}

extension UInt32 {
    fileprivate init(littleEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// A file whose bytes are read without the library.
private final class RawFile: Sendable {
    let path: String
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws(HDF5Error) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HDF5Error(operation: "open", file: path, systemError: errno) }
        var information = stat()
        let result = fstat(descriptor, &information)
        let number = errno
        self.path = path
        self.descriptor = descriptor
        size = Int(information.st_size)
        if result != 0 { throw HDF5Error(operation: "open", file: path, systemError: number) }
    }

    deinit { close(descriptor) }

    /// Reads so many bytes, fewer where the file ends.
    func read(at place: Int, count: Int) throws(HDF5Error) -> [UInt8] {
        let wanted = max(0, min(count, size - place))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 1)
        defer { buffer.deallocate() }
        do {
            let done = try Descriptors.read(descriptor, at: place, into: buffer, name: path)
            return Array(buffer.prefix(done))
        } catch {
            throw HDF5Error(error)
        }
    }
}
