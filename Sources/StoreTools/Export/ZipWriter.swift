import FeatureStore
import Files

/// Takes bytes, piece by piece.
typealias ByteReceiver = (UnsafeRawBufferPointer) throws -> Void

/// Writes a zip archive of uncompressed members, which may be larger than 4 GiB.
final class ZipWriter {
    private struct Member {
        var name: [UInt8]
        var offset: Int
        var bytes: Int
        var checksum: UInt32
    }

    private let file: OutputFile
    private var members: [Member] = []
    private static let limit = Int(UInt32.max)

    init(to file: OutputFile) {
        self.file = file
    }

    /// Writes a member.
    /// - Parameters:
    ///   - bytes: Its exact size.
    ///   - content: Hands its bytes over, piece by piece.
    func add(_ name: String, bytes: Int, content: (@escaping ByteReceiver) throws -> Void) throws {
        var member = Member(name: Array(name.utf8), offset: file.count, bytes: bytes, checksum: 0)
        let checksumOffset = try writeHeader(of: member)
        var checksum = CRC32()
        let start = file.count
        try content { [file] piece in
            checksum.update(piece)
            try file.write(piece)
        }
        precondition(file.count - start == bytes, "\(file.count - start) bytes written for a member of \(bytes)")
        member.checksum = checksum.value
        try file.replace(at: checksumOffset, littleEndianBytes(checksum.value))
        members.append(member)
    }

    /// A member whose bytes come little by little, in their order, while those of others do too.
    final class Slot {
        fileprivate let member: Int
        fileprivate let checksumOffset: Int
        fileprivate var place: Int
        fileprivate var checksum = CRC32()

        fileprivate init(member: Int, checksumOffset: Int, place: Int) {
            (self.member, self.checksumOffset, self.place) = (member, checksumOffset, place)
        }
    }

    /// Makes room for a member.
    func reserve(_ name: String, bytes: Int) throws(FilesError) -> Slot {
        let member = Member(name: Array(name.utf8), offset: file.count, bytes: bytes, checksum: 0)
        let checksumOffset = try writeHeader(of: member)
        let place = file.count
        try file.skip(bytes)
        members.append(member)
        return Slot(member: members.count - 1, checksumOffset: checksumOffset, place: place)
    }

    /// Adds bytes to a member.
    func fill(_ slot: Slot, _ bytes: UnsafeRawBufferPointer) throws(FilesError) {
        slot.checksum.update(bytes)
        try file.replace(at: slot.place, bytes)
        slot.place += bytes.count
    }

    /// Notes that a member has all of its bytes.
    func complete(_ slot: Slot) throws(FilesError) {
        members[slot.member].checksum = slot.checksum.value
        try file.replace(at: slot.checksumOffset, littleEndianBytes(slot.checksum.value))
    }

    /// - Returns: Where the checksum stands, which is not known yet.
    private func writeHeader(of member: Member) throws(FilesError) -> Int {
        let bytes = member.bytes
        let isLarge = bytes >= Self.limit
        let size = littleEndianBytes(UInt32(isLarge ? Self.limit : bytes))
        var header: [UInt8] = [0x50, 0x4B, 3, 4] + common(isLarge)
        let checksumOffset = file.count + header.count
        header += [0, 0, 0, 0] + size + size + littleEndianBytes(UInt16(member.name.count))
        header += littleEndianBytes(UInt16(isLarge ? 20 : 0)) + member.name
        if isLarge { header += extra([bytes, bytes]) }
        try file.write(header)
        return checksumOffset
    }

    /// Writes the directory that ends the archive.
    func finish() throws(FilesError) {
        let start = file.count
        for member in members {
            var large: [Int] = []
            if member.bytes >= Self.limit { large += [member.bytes, member.bytes] }
            if member.offset >= Self.limit { large.append(member.offset) }
            let size = littleEndianBytes(UInt32(min(member.bytes, Self.limit)))
            let fields = large.isEmpty ? [] : extra(large)
            var entry: [UInt8] = [0x50, 0x4B, 1, 2, 45, 0] + common(!large.isEmpty)
            entry += littleEndianBytes(member.checksum) + size + size + littleEndianBytes(UInt16(member.name.count))
            entry += littleEndianBytes(UInt16(fields.count)) + [UInt8](repeating: 0, count: 10)
            entry += littleEndianBytes(UInt32(min(member.offset, Self.limit))) + member.name + fields
            try file.write(entry)
        }
        let end = file.count
        let isLarge = end >= Self.limit
        if isLarge {
            try file.write([0x50, 0x4B, 6, 6] + littleEndianBytes(UInt64(44)) + [45, 0, 45, 0])
            try file.write([UInt8](repeating: 0, count: 8))
            let counts = littleEndianBytes(UInt64(members.count))
            try file.write(counts + counts + littleEndianBytes(UInt64(end - start)) + littleEndianBytes(UInt64(start)))
            try file.write([0x50, 0x4B, 6, 7, 0, 0, 0, 0] + littleEndianBytes(UInt64(end)) + [1, 0, 0, 0])
        }
        let counts = littleEndianBytes(UInt16(members.count))
        try file.write([0x50, 0x4B, 5, 6, 0, 0, 0, 0] + counts + counts)
        try file.write(
            littleEndianBytes(UInt32(min(end - start, Self.limit))) + littleEndianBytes(UInt32(min(start, Self.limit)))
                + [0, 0])
    }

    /// Version needed, names in UTF-8, no compression, and the earliest date there is: the archive holds no times.
    private func common(_ isLarge: Bool) -> [UInt8] {
        [isLarge ? 45 : 20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]
    }

    /// The field that holds numbers too large for 32 bits.
    private func extra(_ numbers: [Int]) -> [UInt8] {
        [1, 0] + littleEndianBytes(UInt16(8 * numbers.count)) + numbers.flatMap { littleEndianBytes(UInt64($0)) }
    }
}
