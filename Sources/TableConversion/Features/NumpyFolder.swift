import Conversion
import Crypto
import FeatureStore
import Foundation

/// A folder with one `.npy` file for each id.
final class NumpyFolder: ArraysByID {
    let name: String
    let layout = "folder of .npy arrays by id"
    let file: InputFile? = nil
    private(set) var ids = ByteInterner()
    private let path: String
    private(set) var bytes = 0
    /// The SHA-256 of the files that were read, by number; empty for the others.
    private var digests: [SHA256.Digest?] = []

    init(path: String) throws(ConversionError) {
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path: path, reason: "the folder cannot be listed")
        }
        let files = names.filter { $0.utf8.count > 4 && $0.utf8.suffix(4).elementsEqual(".npy".utf8) }
        guard !files.isEmpty else {
            throw .input(
                "The folder \(name) holds no .npy files: give the folder in which the file of an utterance ID is called ID.npy."
            )
        }
        for file in files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            _ = Array(file.utf8.dropLast(4)).withUnsafeBytes { ids.number(of: $0) }
        }
        digests = [SHA256.Digest?](repeating: nil, count: files.count)
        for file in files { bytes += try InputFile(path: "\(path)/\(file)").bytes }
    }

    func endSearch() { ids.forgetPlaces() }

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        for (place, array) in arrays.enumerated() {
            let bytes = try content(array)
            try bytes.withUnsafeBytes { bytes in
                let (head, type): (NumpyArrayHead, ElementType)
                do throws(NumpyArrayHead.Fault) {
                    head = try NumpyArrayHead(bytes, total: bytes.count)
                    type = try head.type()
                } catch {
                    throw fault(array, error.reason)
                }
                guard head.dataBytes == bytes.count - head.dataOffset else {
                    throw fault(
                        array,
                        "has \(bytes.count - head.dataOffset) bytes of data where its header claims \(shown(head.shape))"
                    )
                }
                try visit(
                    place,
                    NumberArray(
                        type: type, shape: head.shape, isFortranOrder: head.isFortranOrder,
                        bytes: UnsafeRawBufferPointer(rebasing: bytes[head.dataOffset...])))
            }
        }
    }

    /// A whole file, whose digest is kept.
    private func content(_ array: UInt32) throws(ConversionError) -> [UInt8] {
        let file = try InputFile(path: "\(path)/\(ids.strings[Int(array)]).npy")
        guard file.bytes <= ZipDirectory.largestMember else {
            throw fault(array, "has \(file.bytes) bytes: that of one utterance may have \(ZipDirectory.largestMember)")
        }
        let bytes = try file.read(at: 0, count: file.bytes)
        try file.requireUnchanged()
        let digest = SHA256.hash(data: bytes)
        if let before = digests[Int(array)] {
            guard before == digest else {
                throw .unreadable(path: file.path, reason: "it was changed while it was read; try again")
            }
        } else {
            digests[Int(array)] = digest
        }
        return bytes
    }

    /// That of what `sha256sum` prints of the files in the order of their names' bytes.
    func digest() throws(ConversionError) -> String {
        var whole = SHA256Digest()
        for array in ids.strings.indices {
            if digests[array] == nil { _ = try content(UInt32(array)) }
            let digest = digests[array].map { $0.map { String(format: "%02x", $0) }.joined() } ?? ""
            Array("\(digest)  \(ids.strings[array]).npy\n".utf8).withUnsafeBytes { whole.update($0) }
        }
        return whole.hexadecimal()
    }
}
