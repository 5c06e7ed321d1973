internal import CZlib
import Conversion
import FeatureStore

/// A `.npz` archive of one array for each id, as `numpy.savez(file, **arrays)` and `numpy.savez_compressed` write it.
final class NumpyArchive: ArraysByID {
    let layout = ".npz of arrays by id"
    let file: InputFile?
    let archive: InputFile
    private(set) var directory: ZipDirectory
    private var buffer: [UInt8] = []
    private var inflated: [UInt8] = []
    /// The header of the array that was read last: those of one shape and type are alike to the byte.
    private var last: (bytes: [UInt8], head: NumpyArrayHead, type: ElementType)?

    var name: String { archive.name }
    var ids: ByteInterner { directory.names }

    init(_ file: InputFile) throws(ConversionError) {
        (archive, self.file) = (file, file)
        directory = try ZipDirectory(file, ending: ".npy")
    }

    func endSearch() { directory.forgetPlaces() }

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        for array in arrays where directory.bytes[Int(array)] > ZipDirectory.largestMember {
            throw fault(
                array,
                "has \(directory.bytes[Int(array)]) bytes: that of one utterance may have \(ZipDirectory.largestMember)"
            )
        }
        let pieces = arrays.map { array in
            let offset = Int(directory.offsets[Int(array)])
            return offset..<min(offset + directory.span(of: Int(array)), directory.begin)
        }
        try archive.read(pieces, buffer: &buffer) { place, bytes in
            try member(arrays[place], bytes) { try visit(place, $0) }
        }
    }

    /// Visits a member.
    /// - Parameter bytes: What follows in the archive from its own header on.
    private func member(
        _ array: UInt32, _ bytes: UnsafeRawBufferPointer, _ visit: (NumberArray) throws -> Void
    ) throws {
        let member = Int(array)
        let dataOffset = try directory.dataOffset(of: member, bytes)
        let stored = Int(directory.storedBytes[member])
        guard dataOffset + stored <= bytes.count else {
            // An extra field longer than any that NumPy writes.
            let at = Int(directory.offsets[member])
            guard at + dataOffset + stored <= directory.begin else {
                throw fault(array, "does not fit into the archive, which is damaged: save it again")
            }
            let whole = try archive.read(at: at, count: dataOffset + stored)
            return try whole.withUnsafeBytes { try self.member(array, $0, visit) }
        }
        guard directory.hasName(member, bytes) else {
            throw fault(array, "has another name in its own header, so that the archive is damaged: save it again")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[dataOffset..<dataOffset + stored])
        guard directory.methods[member] == 8 else { return try self.array(array, data, visit) }
        let count = Int(directory.bytes[member])
        if inflated.count < count { inflated = [UInt8](repeating: 0, count: count) }
        try inflated.withUnsafeMutableBytes { memory in
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
            guard Self.decompress(data, into: room) else {
                throw fault(array, "cannot be decompressed, so that the archive is damaged: save it again")
            }
            try self.array(array, UnsafeRawBufferPointer(room), visit)
        }
    }

    private func array(
        _ array: UInt32, _ bytes: UnsafeRawBufferPointer, _ visit: (NumberArray) throws -> Void
    ) throws {
        var checksum = CRC32()
        checksum.update(bytes)
        guard checksum.value == directory.checksums[Int(array)] else {
            throw fault(array, "does not have its checksum, so that the archive is damaged: save it again")
        }
        let (head, type) = try head(array, bytes)
        guard head.dataBytes == bytes.count - head.dataOffset else {
            throw fault(
                array, "has \(bytes.count - head.dataOffset) bytes of data where its header claims \(shown(head.shape))"
            )
        }
        try visit(
            NumberArray(
                type: type, shape: head.shape, isFortranOrder: head.isFortranOrder,
                bytes: UnsafeRawBufferPointer(rebasing: bytes[head.dataOffset...])))
    }

    private func head(_ array: UInt32, _ bytes: UnsafeRawBufferPointer) throws -> (NumpyArrayHead, ElementType) {
        if let last, bytes.starts(with: last.bytes) { return (last.head, last.type) }
        do throws(NumpyArrayHead.Fault) {
            let head = try NumpyArrayHead(bytes, total: bytes.count)
            let type = try head.type()
            last = (Array(bytes[..<head.dataOffset]), head, type)
            return (head, type)
        } catch {
            throw fault(array, error.reason)
        }
    }

    /// Decompresses `bytes` into room for exactly what they become; false where they become something else.
    private static func decompress(_ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Bool {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return false
        }
        defer { inflateEnd(&stream) }
        // zlib reads through a pointer that it calls changeable.
        stream.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(bytes.count)
        stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(room.count)
        return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0
    }
}
