internal import CZlib
import Conversion
import FeatureStore

/// A member of an archive that is read from its beginning on, a piece at a time.
struct ZipMember {
    /// Where its bytes lie in the archive, compressed or not.
    let place: Range<Int>
    /// The bytes that they are.
    let bytes: Int
    let isCompressed: Bool
    /// What it is called in sentences.
    let name: String
    private let archive: InputFile
    private let checksum: UInt32

    private static let (stored, pieces) = (256 << 10, 1 << 20)

    init(_ member: Int, of directory: ZipDirectory, in archive: InputFile) throws(ConversionError) {
        let id = directory.names.strings[member]
        name = "\(archive.name): the array '\(TableFormat.shortened(id))'"
        let start = Int(directory.offsets[member])
        let header = try archive.read(at: start, count: min(30 + id.utf8.count + 4, directory.begin - start))
        let said = header.withUnsafeBytes { header in
            Result { () throws(ConversionError) in
                (offset: try directory.dataOffset(of: member, header), isNamed: directory.hasName(member, header))
            }
        }
        let (offset, isNamed) = try said.get()
        guard isNamed else {
            throw .input("\(name) has another name in its own header, so that the archive is damaged: save it again.")
        }
        let count = Int(directory.storedBytes[member])
        guard start + offset + count <= directory.begin else {
            throw .input("\(name) does not fit into the archive, which is damaged: save it again.")
        }
        place = start + offset..<start + offset + count
        (bytes, isCompressed) = (Int(directory.bytes[member]), directory.methods[member] == 8)
        (self.archive, checksum) = (archive, directory.checksums[member])
    }

    /// Visits all bytes, and then looks at their checksum.
    /// - Parameter visit: What it throws ends the reading; so does false, before the checksum is known.
    func forEachPiece(_ visit: (UnsafeRawBufferPointer) throws -> Bool) throws {
        var sum = CRC32()
        func take(_ piece: UnsafeRawBufferPointer) throws -> Bool {
            sum.update(piece)
            return try visit(piece)
        }
        guard try isCompressed ? inflate(take) : copy(take) else { return }
        guard sum.value == checksum else {
            throw ConversionError.input(
                "\(name) does not have its checksum, so that the archive is damaged: save it again.")
        }
    }

    private func copy(_ visit: (UnsafeRawBufferPointer) throws -> Bool) throws -> Bool {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieces, alignment: 64)
        defer { room.deallocate() }
        for start in stride(from: place.lowerBound, to: place.upperBound, by: Self.pieces) {
            let piece = UnsafeMutableRawBufferPointer(rebasing: room[..<min(Self.pieces, place.upperBound - start)])
            try archive.read(at: start, into: piece)
            guard try visit(UnsafeRawBufferPointer(piece)) else { return false }
        }
        return true
    }

    private func inflate(_ visit: (UnsafeRawBufferPointer) throws -> Bool) throws -> Bool {
        let damaged = ConversionError.input(
            "\(name) cannot be decompressed, so that the archive is damaged: save it again.")
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw damaged
        }
        defer { inflateEnd(&stream) }
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.stored, alignment: 64)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieces, alignment: 64)
        defer {
            input.deallocate()
            output.deallocate()
        }
        var (position, made, status) = (place.lowerBound, 0, Z_OK)
        while status != Z_STREAM_END {
            if stream.avail_in == 0 {
                let count = min(Self.stored, place.upperBound - position)
                guard count > 0 else { throw damaged }
                try archive.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
                position += count
                stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
                stream.avail_in = UInt32(count)
            }
            stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(Self.pieces)
            status = CZlib.inflate(&stream, Z_NO_FLUSH)
            let count = Self.pieces - Int(stream.avail_out)
            made += count
            guard status == Z_OK || status == Z_STREAM_END, made <= bytes else { throw damaged }
            if count > 0, try !visit(UnsafeRawBufferPointer(rebasing: output[..<count])) { return false }
        }
        guard made == bytes, stream.avail_in == 0, position == place.upperBound else { throw damaged }
        return true
    }
}
