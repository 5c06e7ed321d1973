import Conversion
import FeatureStore

/// The directory of a zip archive: for each member its name and where it lies. It is read once, in pieces, and takes some forty bytes
/// and the name for each member. What two readers could take in two ways is refused.
///
/// Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
struct ZipDirectory {
    /// The names, which are all different.
    private(set) var names = ByteInterner()
    /// Where the members' own headers begin.
    private(set) var offsets: [UInt64] = []
    /// The bytes that members take in the archive.
    private(set) var storedBytes: [UInt64] = []
    /// The bytes that they are.
    private(set) var bytes: [UInt64] = []
    private(set) var checksums: [UInt32] = []
    /// 0 for members that are stored as they are, 8 for those that are compressed.
    private(set) var methods: [UInt8] = []
    /// Where the directory begins, behind all members.
    private(set) var begin = 0

    /// The most bytes that a member may be that is read whole.
    static let largestMember = 1 << 30

    private let file: InputFile
    private let ending: [UInt8]

    /// - Parameter ending: What the members' names must end with, which is left out of ``names``.
    init(_ file: InputFile, ending: String) throws(ConversionError) {
        (self.file, self.ending) = (file, Array(ending.utf8))
        let end = try Self.end(of: file)
        begin = end.begin
        try read(end)
        try requireDisjoint()
    }

    private struct End {
        var begin: Int
        var bytes: Int
        var count: Int
    }

    private static func damaged(_ file: InputFile, _ what: String) -> ConversionError {
        .input("\(file.name) is a damaged zip archive: \(what); save it again.")
    }

    /// Finds the record at the archive's end.
    private static func end(of file: InputFile) throws(ConversionError) -> End {
        let tail = try file.read(at: max(0, file.bytes - 65557), count: min(65557, file.bytes))
        let first = file.bytes - tail.count
        // The comment, which is as long as the record says, ends the file.
        let places = stride(from: tail.count - 22, through: 0, by: -1).filter { place in
            tail[place...].starts(with: [0x50, 0x4B, 5, 6]) && place + 22 + number(tail, place + 20, 2) == tail.count
        }
        guard let place = places.first else { throw damaged(file, "its end is missing") }
        guard places.count == 1 else { throw damaged(file, "it has two ends") }
        var end = End(
            begin: number(tail, place + 16, 4), bytes: number(tail, place + 12, 4), count: number(tail, place + 10, 2))
        var behind = first + place
        let isLarge = end.begin == 0xFFFF_FFFF || end.bytes == 0xFFFF_FFFF || end.count == 0xFFFF
        if behind >= 20 {
            let locator = try file.read(at: behind - 20, count: 20)
            if locator.starts(with: [0x50, 0x4B, 6, 7]) {
                let at = number(locator, 8, 8)
                guard at >= 0, at <= behind - 20 - 56 else { throw damaged(file, "its end lies outside of it") }
                let record = try file.read(at: at, count: 56)
                guard record.starts(with: [0x50, 0x4B, 6, 6]), number(record, 4, 8) + 12 == behind - 20 - at else {
                    throw damaged(file, "its end does not lie where it says")
                }
                let large = End(
                    begin: number(record, 48, 8), bytes: number(record, 40, 8), count: number(record, 32, 8))
                for (small, limit, full) in [
                    (end.begin, 0xFFFF_FFFF, large.begin), (end.bytes, 0xFFFF_FFFF, large.bytes),
                    (end.count, 0xFFFF, large.count),
                ] where small != limit && small != full {
                    throw damaged(file, "it has two ends that differ")
                }
                (end, behind) = (large, at)
            } else if isLarge {
                throw damaged(file, "its end is missing")
            }
        }
        guard number(tail, place + 4, 2) == 0 || number(tail, place + 4, 2) == 0xFFFF else {
            throw .input("\(file.name) is a part of a zip archive of several files: give a whole one.")
        }
        guard end.begin >= 0, end.bytes >= 0, end.count >= 0, end.begin <= behind, end.bytes == behind - end.begin,
            end.count <= end.bytes / 46
        else { throw damaged(file, "its directory does not lie where it says") }
        return end
    }

    private mutating func read(_ end: End) throws(ConversionError) {
        offsets.reserveCapacity(end.count)
        storedBytes.reserveCapacity(end.count)
        bytes.reserveCapacity(end.count)
        checksums.reserveCapacity(end.count)
        methods.reserveCapacity(end.count)
        var (piece, position, at) = ([UInt8](), end.begin, 0)
        let behind = end.begin + end.bytes
        for _ in 0..<end.count {
            // A record has at most 46 and three times 65535 bytes.
            if piece.count - at < 200_000, position < behind {
                piece.removeFirst(at)
                at = 0
                let count = min(1 << 20, behind - position)
                piece += try file.read(at: position, count: count)
                position += count
            }
            let used = piece.withUnsafeBytes { bytes in
                Result { () throws(ConversionError) in
                    try take(UnsafeRawBufferPointer(rebasing: bytes[at...]))
                }
            }
            at += try used.get()
        }
        guard position == behind, at == piece.count else {
            throw Self.damaged(file, "its directory holds more than it says")
        }
    }

    /// Takes the record at the beginning of `record`, and says how long it is.
    private mutating func take(_ record: UnsafeRawBufferPointer) throws(ConversionError) -> Int {
        func number(_ at: Int, _ count: Int) -> Int { Self.number(record, at, count) }
        guard record.count >= 46, record.starts(with: [0x50, 0x4B, 1, 2]) else {
            throw Self.damaged(file, "a record of its directory is none")
        }
        let (nameBytes, extraBytes) = (number(28, 2), number(30, 2))
        let length = 46 + nameBytes + extraBytes + number(32, 2)
        guard length <= record.count else { throw Self.damaged(file, "its directory is cut short") }
        let name = UnsafeRawBufferPointer(rebasing: record[46..<46 + nameBytes])
        let shown = TableFormat.shortened(String(decoding: name, as: UTF8.self))
        func refuse(_ what: String) -> ConversionError { .input("\(file.name): its member '\(shown)' \(what).") }
        let flags = number(8, 2)
        guard flags & 0x2041 == 0 else { throw refuse("is encrypted: save the archive without a password") }
        guard name.isASCII || (flags & 0x800 != 0 && name.isUTF8) else {
            throw refuse("has a name that is not UTF-8: save the archive with numpy.savez")
        }
        guard name.count > ending.count, name.suffix(ending.count).elementsEqual(ending) else {
            throw refuse("is no array: give an archive that numpy.savez wrote, with one array for each utterance")
        }
        let method = number(10, 2)
        guard method == 0 || method == 8 else {
            throw refuse(
                "is compressed by method \(method): save the archive with numpy.savez or numpy.savez_compressed")
        }
        var sizes = [number(24, 4), number(20, 4), number(42, 4)]
        if sizes.contains(0xFFFF_FFFF) {
            let extra = UnsafeRawBufferPointer(rebasing: record[46 + nameBytes..<46 + nameBytes + extraBytes])
            guard Self.widen(&sizes, extra) else {
                throw refuse("says of its size that it is large, and not how large")
            }
        }
        let (bytes, stored, offset) = (sizes[0], sizes[1], sizes[2])
        guard offset >= 0, stored >= 0, offset + 30 + name.count <= begin,
            stored <= begin - offset - 30 - name.count, method != 0 || stored == bytes
        else { throw Self.damaged(file, "its member '\(shown)' does not fit into it") }
        // Deflate makes at most 1032 bytes of one.
        guard bytes >= 0, bytes / 1032 <= stored else {
            throw Self.damaged(file, "its member '\(shown)' claims \(bytes) bytes, more than can be in it")
        }
        let id = UnsafeRawBufferPointer(rebasing: name.dropLast(ending.count))
        guard Int(names.number(of: id)) == offsets.count else {
            throw refuse("stands there twice: save the archive again")
        }
        offsets.append(UInt64(offset))
        storedBytes.append(UInt64(stored))
        self.bytes.append(UInt64(bytes))
        checksums.append(UInt32(number(16, 4)))
        methods.append(UInt8(method))
        return length
    }

    /// Puts the numbers of the extra field that holds large ones in the place of those that are too large for their field.
    private static func widen(_ sizes: inout [Int], _ extra: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at + 4 <= extra.count {
            let (kind, count) = (number(extra, at, 2), number(extra, at + 2, 2))
            guard at + 4 + count <= extra.count else { return false }
            if kind == 1 {
                var next = at + 4
                for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
                    guard next + 8 <= at + 4 + count else { return false }
                    sizes[index] = number(extra, next, 8)
                    next += 8
                }
                return true
            }
            at += 4 + count
        }
        return false
    }

    /// Gives the memory back that finding names takes.
    mutating func forgetPlaces() { names.forgetPlaces() }

    /// The most bytes from the beginning of a member's own header to its end, where its extra field is not unusually long.
    func span(of member: Int) -> Int {
        30 + names.strings.withUTF8(member) { $0.count } + ending.count + 256 + Int(storedBytes[member])
    }

    /// Where a member's bytes begin behind its own header, which says the same as the directory.
    /// - Parameter header: at least 30 bytes of it.
    func dataOffset(of member: Int, _ header: UnsafeRawBufferPointer) throws(ConversionError) -> Int {
        let name = names.strings[member]
        guard header.count >= 30, header.starts(with: [0x50, 0x4B, 3, 4]),
            Self.number(header, 8, 2) == methods[member],
            Self.number(header, 26, 2) == name.utf8.count + ending.count
        else {
            throw Self.damaged(
                file, "its member '\(TableFormat.shortened(name))' and its directory do not say the same")
        }
        return 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
    }

    /// Whether a member's own header, which is whole, has the name that the directory has.
    func hasName(_ member: Int, _ header: UnsafeRawBufferPointer) -> Bool {
        names.strings.withUTF8(member) { name in
            header[30..<30 + name.count].elementsEqual(name)
                && header[(30 + name.count)...].prefix(ending.count).elementsEqual(ending)
        }
    }

    /// Members that share bytes make much of little.
    private func requireDisjoint() throws(ConversionError) {
        var order = Array(offsets.indices)
        if zip(offsets, offsets.dropFirst()).contains(where: { $0 >= $1 }) { order.sort { offsets[$0] < offsets[$1] } }
        for (one, next) in zip(order, order.dropFirst())
        where offsets[one] + 30 + storedBytes[one] > offsets[next] {
            throw Self.damaged(file, "two of its members lie over each other")
        }
    }

    /// A number in little-endian order; negative where it is beyond the range.
    static func number(_ bytes: some RandomAccessCollection<UInt8>, _ at: Int, _ count: Int) -> Int {
        var value: UInt64 = 0
        for index in (0..<count).reversed() {
            value = value << 8 | UInt64(bytes[bytes.index(bytes.startIndex, offsetBy: at + index)])
        }
        return Int(truncatingIfNeeded: value)
    }
}
