import Conversion
import FeatureStore
import Foundation
import HDF5
import TestSupport

@testable import TableConversion

/// Lists and arrays as files, written here byte for byte.
struct TableFiles {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a file and says where.
    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    /// Writes an HDF5 file and says where.
    func hdf5(_ name: String, _ write: (borrowing HDF5.File) throws -> Void) throws -> String {
        let path = folder.file(name)
        let file = try HDF5.File(creating: path)
        try write(file)
        try file.close()
        return path
    }

    /// The content of a `.npy` file of numbers in row order, unless `isFortran`.
    static func npy(_ values: [Double], shape: [Int], type: String = "<f4", isFortran: Bool = false) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header =
            "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(extents)), }"
        header += String(repeating: " ", count: 64 - (11 + header.utf8.count) % 64) + "\n"
        let numbers = values.flatMap { value -> [UInt8] in
            switch type {
            case "<f4": withUnsafeBytes(of: Float(value)) { Array($0) }
            case "<f8": withUnsafeBytes(of: value) { Array($0) }
            case "<i2": withUnsafeBytes(of: Int16(value)) { Array($0) }
            default: preconditionFailure("no numbers of type \(type)")
            }
        }
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + numbers
    }

    /// A member of a zip archive.
    struct Member {
        var name: String
        var content: [UInt8]
        /// What lies in the archive; nil for the content as it is.
        var deflated: [UInt8]?
        var checksum: UInt32?
        var flags: UInt16 = 0
        var method: UInt16?
        /// Another name in the member's own header.
        var ownName: String?
        /// Another size in the directory.
        var claimed: UInt32?
    }

    /// A zip archive.
    /// - Parameter isLarge: Whether sizes and places stand in the fields for large ones.
    static func zip(_ members: [Member], isLarge: Bool = false) -> [UInt8] {
        var (archive, directory) = ([UInt8](), [UInt8]())
        func number(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: UInt64(truncatingIfNeeded: value) >> UInt64(8 * $0)) }
        }
        for member in members {
            var sum = CRC32()
            member.content.withUnsafeBytes { sum.update($0) }
            let stored = member.deflated ?? member.content
            let method = member.method ?? (member.deflated == nil ? 0 : 8)
            let checksum = member.checksum ?? sum.value
            let size = Int(member.claimed ?? UInt32(member.content.count))
            let name = Array(member.name.utf8)
            let own = Array((member.ownName ?? member.name).utf8)
            let offset = archive.count
            let head = number(20, 2) + number(member.flags, 2) + number(method, 2) + number(0, 4) + number(checksum, 4)
            let extra = number(1, 2) + number(24, 2) + number(size, 8) + number(stored.count, 8) + number(offset, 8)
            let limit = UInt32.max
            archive += [0x50, 0x4B, 3, 4] + head + number(stored.count, 4) + number(size, 4)
            archive += number(own.count, 2) + number(0, 2) + own + stored
            directory += [0x50, 0x4B, 1, 2] + number(20, 2) + head
            directory += isLarge ? number(limit, 4) + number(limit, 4) : number(stored.count, 4) + number(size, 4)
            directory += number(name.count, 2) + number(isLarge ? extra.count : 0, 2) + number(0, 10)
            directory += (isLarge ? number(limit, 4) : number(offset, 4)) + name + (isLarge ? extra : [])
        }
        let (begin, count) = (archive.count, members.count)
        archive += directory
        if isLarge {
            let end = archive.count
            archive += [0x50, 0x4B, 6, 6] + number(44, 8) + number(45, 4) + number(0, 8) + number(count, 8)
            archive += number(count, 8) + number(directory.count, 8) + number(begin, 8)
            archive += [0x50, 0x4B, 6, 7] + number(0, 4) + number(end, 8) + number(1, 4)
            archive += [0x50, 0x4B, 5, 6] + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2)
            archive += number(UInt32.max, 4) + number(UInt32.max, 4) + number(0, 2)
        } else {
            archive += [0x50, 0x4B, 5, 6] + number(0, 4) + number(count, 2) + number(count, 2)
            archive += number(directory.count, 4) + number(begin, 4) + number(0, 2)
        }
        return archive
    }

    /// A `.npz` archive of one array for each id.
    func npz(_ arrays: [(String, [UInt8])], _ name: String = "audio.npz", isLarge: Bool = false) throws -> String {
        try write(Self.zip(arrays.map { Member(name: $0.0 + ".npy", content: $0.1) }, isLarge: isLarge), name)
    }

    /// Converts lists with an audio feature.
    func convert(
        _ lists: [TableRequest.List], audio: String, prepare: (inout TableRequest) throws -> Void = { _ in }
    ) throws -> (summary: ConversionSummary, store: Store) {
        var request = TableRequest(
            lists: lists, features: [.init(name: "audio", modality: .audio, path: audio)], output: folder.file("out.h5")
        )
        request.overwrites = true
        try prepare(&request)
        let summary = try TableConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    /// The sentence with which a conversion is refused; nil where it is not.
    func fault(
        _ lists: [TableRequest.List], audio: String, prepare: (inout TableRequest) throws -> Void = { _ in }
    ) -> String? {
        do {
            _ = try convert(lists, audio: audio, prepare: prepare)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
