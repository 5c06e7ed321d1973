import Files
import Foundation
import Synchronization

/// The headers of a file's objects, read byte by byte before the library sees them.
///
/// libhdf5 1.10 trusts what a header says once its checksum is good: an address, a length or a message that cannot be decoded
/// makes it read and free memory that is not its own. So every header is looked through here first, with bounds: those of version 2, of
/// which files of this project are made, and those of version 1, which h5py and most other programs write by default, with the tables of
/// names of their groups (``OldGroup``). What neither has a place in, such as lists of chunks in trees, is left to the library.
struct ObjectHeaders {
    private let file: RawFile
    /// Where in the file address 0 is.
    private let base: Int
    /// Where the root's header lies; nil where no header of the file is looked at here, as its superblock is one that the library refuses.
    let root: UInt64?

    /// A header takes no more bytes than this, in no more pieces.
    private static let (mostBytes, mostPieces) = (64 << 20, 4096)

    /// Reads the superblock, and looks at the header of the root.
    /// - Throws: ``HDF5Error`` where that cannot be done, or a header is not what it should be.
    init(of path: String) throws(HDF5Error) {
        let place = Place(operation: "open", file: path)
        let file = try RawFile(path)
        guard let base = try Self.beginning(of: file) else { throw place.error("it is not an HDF5 file") }
        self.file = file
        self.base = base
        let bytes = try file.read(at: base, count: 76)
        guard bytes.count >= 48, bytes[8] <= 3 else {
            root = nil
            return
        }
        if bytes[8] < 2 {
            root = try Self.oldRoot(bytes, room: UInt64(file.size - base), place)
            if let root { try look(at: root, of: "/") }
            return
        }
        guard bytes[9] == 8, bytes[10] == 8 else {
            throw place.error("its addresses have \(bytes[9]) bytes, and only such of 8 are read")
        }
        var numbers = HeaderBytes(bytes[12..<48], "the superblock")
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

    /// Where the root's header lies in a file with a superblock of version 0 or 1; nil where the file is cut short, which the library says.
    private static func oldRoot(_ bytes: [UInt8], room: UInt64, _ place: Place) throws(HDF5Error) -> UInt64? {
        guard bytes.count == 76 else { return nil }
        guard bytes[13] == 8, bytes[14] == 8 else {
            throw place.error("its addresses have \(bytes[13]) bytes, and only such of 8 are read")
        }
        func number(_ at: Int) -> UInt64 { bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        let first = bytes[8] == 0 ? 24 : 28
        return number(first + 16) <= room ? number(first + 40) : nil
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
        at address: UInt64, of object: @autoclosure () -> String, _ known: MessageKinds = MessageKind.ofObjects
    ) throws(HDF5Error) -> [Refusal] {
        guard root != nil else { return [] }
        return try header(at: address, of: object(), known).refusals
    }

    /// What the header of an object says.
    /// - Throws: ``HDF5Error`` as ``look(at:of:_:)``.
    func header(
        at address: UInt64, of object: @autoclosure () -> String, _ known: MessageKinds = MessageKind.ofObjects
    ) throws(HDF5Error) -> HeaderMessages {
        do {
            var messages = try messages(at: address, known)
            for (index, address) in messages.namedTypes.enumerated() {
                let type = try self.messages(at: address, known)
                guard type.namedTypes.isEmpty, let bytes = type.datatypeBytes else {
                    throw HeaderFault("its type is not where it says")
                }
                if index == messages.ownType { messages.datatypeBytes = bytes }
            }
            try messages.check()
            if let (address, entries) = try messages.chunkList() { try check(chunksAt: address, entries: entries) }
            if let table = messages.symbolTable {
                let group = try OldGroup(heap: table.heap, end: messages.end, read: bytes)
                messages.links = try group.links(ofTreeAt: table.tree)
            }
            return messages
        } catch let error as HDF5Error {
            throw error
        } catch {
            let reason = (error as? HeaderFault)?.reason ?? "\(error)"
            throw Place(operation: "open", file: file.path, object: object())
                .error("its header cannot be read: \(reason)")
        }
    }

    /// Reads all messages of a header.
    private func messages(at address: UInt64, _ known: MessageKinds) throws -> HeaderMessages {
        var messages = HeaderMessages(known: known, end: UInt64(file.size - base))
        var left = Self.mostBytes
        var pieces = [try firstPiece(at: address, &messages)]
        var seen: [Int] = []
        while let piece = pieces.popLast() {
            left -= piece.count
            guard left >= 0, seen.count < Self.mostPieces, !seen.contains(piece.lowerBound) else {
                throw HeaderFault("its pieces have no end")
            }
            seen.append(piece.lowerBound)
            var content = try read(piece)
            let isFirst = seen.count == 1
            if !messages.isOld {
                guard content.prefix(4).elementsEqual((isFirst ? "OHDR" : "OCHK").utf8) else {
                    throw HeaderFault("a piece of it is missing where another names it")
                }
                guard UInt32(littleEndian: content.suffix(4)) == metadataChecksum(content.dropLast(4)) else {
                    throw HeaderFault("its checksum is not that of its bytes")
                }
                content = content.dropLast(4).dropFirst(isFirst ? messages.headLength : 4)
            }
            for (begin, count) in try messages.read(content) { pieces.append(try range(begin, count)) }
        }
        return messages
    }

    /// The bytes of the file.
    var fileBytes: Int { file.size }

    /// So many bytes at an address.
    func bytes(_ address: UInt64, _ count: Int) throws -> ArraySlice<UInt8> {
        let range = try range(address, UInt64(count))
        return try file.read(at: range.lowerBound, count: count)[...]
    }

    /// Where the first piece of a header lies, which says itself how long it is.
    private func firstPiece(at address: UInt64, _ messages: inout HeaderMessages) throws -> Range<Int> {
        let start = try range(address, 4).lowerBound
        let beginning = try file.read(at: start, count: 34)
        if beginning.first == 1, beginning.count >= 16 {
            messages.isOld = true
            let count = beginning[8..<12].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            return try range(address + 16, count)
        }
        var head = HeaderBytes(beginning[...], "its beginning")
        guard try head.take(4).elementsEqual("OHDR".utf8) else {
            throw HeaderFault("there is no header at byte \(address)")
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

/// A file whose bytes are read without the library. Headers that follow each other in the file are read many at a time.
private final class RawFile: Sendable {
    let path: String
    let size: Int
    private let descriptor: Int32
    /// The pieces that were read last, the newest behind: the names of a group lead here and there.
    private let windows = Mutex<[(start: Int, bytes: [UInt8])]>([])

    /// How much is read where something is wanted, and where something before it was wanted too; and how many pieces are kept.
    private static let (some, many, kept) = (1 << 12, 1 << 16, 16)

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
        guard wanted > 0 else { return [] }
        guard wanted <= Self.some else { return try readAnew(at: place, count: wanted) }
        return try windows.withLock { windows throws(HDF5Error) in
            var found = windows.lastIndex { $0.start <= place && place + wanted <= $0.start + $0.bytes.count }
            if found == nil {
                let follows = windows.contains {
                    $0.start <= place && place <= $0.start + $0.bytes.count + Self.many
                }
                let bytes = try readAnew(at: place, count: min(follows ? Self.many : Self.some, size - place))
                if windows.count == Self.kept { windows.removeFirst() }
                windows.append((place, bytes))
                found = windows.count - 1
            }
            // What is in use stays.
            if let index = found, index < windows.count - 1 { windows.append(windows.remove(at: index)) }
            let window = windows[windows.count - 1]
            return Array(window.bytes[(place - window.start)...].prefix(wanted))
        }
    }

    private func readAnew(at place: Int, count wanted: Int) throws(HDF5Error) -> [UInt8] {
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
