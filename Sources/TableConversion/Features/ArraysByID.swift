import Conversion
import FeatureStore
import Foundation

/// One array of numbers in memory, whose bytes are gone after the visit.
package struct NumberArray {
    package var type: ElementType
    package var shape: [Int]
    /// Whether columns lie end to end; of two-dimensional arrays only.
    package var isFortranOrder = false
    package var bytes: UnsafeRawBufferPointer

    package init(type: ElementType, shape: [Int], isFortranOrder: Bool = false, bytes: UnsafeRawBufferPointer) {
        (self.type, self.shape, self.isFortranOrder, self.bytes) = (type, shape, isFortranOrder, bytes)
    }
}

/// Arrays that lie under ids in a file or a folder. Listing them takes some fifty bytes for each; they are read when they are visited.
package protocol ArraysByID: AnyObject {
    /// The file's or the folder's name, for sentences.
    var name: String { get }
    /// What it is, for provenance.
    var layout: String { get }
    /// The file, where it is one.
    var file: InputFile? { get }
    /// Ids and where they are found; an array's number is its id's.
    var ids: ByteInterner { get }
    /// Gives the memory back that finding ids takes.
    func endSearch()
    /// Visits arrays in any order.
    /// - Parameters:
    ///   - arrays: their numbers.
    ///   - visit: receives the place in `arrays`, and the array.
    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws
    /// What to do where no id fits, besides another pattern; nil where there is nothing to say.
    var advice: String? { get }
    /// All bytes of what is no single file.
    var bytes: Int { get }
    /// The SHA-256, in hexadecimal, of what is no single file, once everything was read.
    func digest() throws(ConversionError) -> String
}

extension ArraysByID {
    package var advice: String? { nil }
    package var bytes: Int { file?.bytes ?? 0 }
    package func digest() throws(ConversionError) -> String {
        preconditionFailure("the digest of a file is taken elsewhere")
    }

    /// The error for an array.
    package func fault(_ array: UInt32, _ what: String) -> ConversionError {
        // The rows of a matrix have places and no ids.
        let id = ids.strings.indices.contains(Int(array)) ? ids.strings[Int(array)] : "\(array)"
        return .input("\(name): the array '\(TableFormat.shortened(id))' \(what).")
    }
}

/// What a path leads to that gives a feature's rows.
enum FeatureFile {
    case matrix(NumpyMatrix)
    case arrays(any ArraysByID)

    /// Opens a path, told apart by what is there.
    static func open(_ path: String, opensPickles: PickleOpener?) throws -> FeatureFile {
        var (path, group) = (path, String?.none)
        if !FileManager.default.fileExists(atPath: path), let mark = path.range(of: ":/", options: .backwards) {
            group = String(path[path.index(after: mark.lowerBound)...])
            path = String(path[..<mark.lowerBound])
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return .arrays(try NumpyFolder(path: path))
        }
        let file = try InputFile(path: path)
        let head = try file.read(at: 0, count: min(TableRequest.headBytes, file.bytes))
        if head.starts(with: [0x89] + Array("HDF".utf8)) {
            let arrays = try HDF5Arrays(file, group: group)
            return .arrays(try arrays.matrixWithIDs() ?? arrays)
        }
        guard group == nil else {
            throw ConversionError.input("\(file.name) is no HDF5 file, so that it has no group '\(group ?? "")'.")
        }
        if let opensPickles, TableRequest.isPickle(head) { return .arrays(try opensPickles(file)) }
        if head.starts(with: Array("PK".utf8) + [3, 4]) || head.starts(with: Array("PK".utf8) + [5, 6]) {
            let archive = try NumpyArchive(file)
            return .arrays(try archive.matrixWithIDs() ?? archive)
        }
        if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .matrix(try NumpyMatrix(file)) }
        let other = TableFormat.other(head).map { "is \($0)" } ?? "is no NumPy .npy file"
        throw ConversionError.input(
            "\(file.name) \(other): give a .npy matrix, a .npz archive, a folder of .npy files, an HDF5 file or a pickle of id -> array."
        )
    }
}

/// Opens a pickle of id -> array. `vuemo` reads no pickles; `vuemo-convert` does.
package typealias PickleOpener = (InputFile) throws -> any ArraysByID

extension TableRequest {
    /// How much of a file is looked at to tell what it is.
    static let headBytes = 1 << 10

    /// Whether a file begins as pickles do, also packed ones and those of torch.save.
    static func isPickle(_ head: [UInt8]) -> Bool {
        guard let first = head.first else { return false }
        if first == 0x80 { return head.count > 1 && (2...5).contains(head[1]) }
        // Archives of torch.save hold no member of NumPy's.
        if head.starts(with: [0x50, 0x4B, 3, 4]), head.count > 30 {
            let end = 30 + ZipDirectory.number(head, 26, 2)
            return end <= head.count && !head[30..<end].suffix(4).elementsEqual(".npy".utf8)
        }
        // Protocols 0 and 1 begin with a mark, an empty container or a name; then gzip, xz, bzip2 and zlib.
        let packed: [[UInt8]] = [
            [0x1F, 0x8B], [0xFD, 0x37, 0x7A], [0x42, 0x5A, 0x68], [0x78, 0x01], [0x78, 0x9C], [0x78, 0xDA],
        ]
        return "(}])c".utf8.contains(first) || packed.contains { head.starts(with: $0) }
    }

    /// Whether a feature is a pickle, which the program without Python does not read. With `{split}` in its path, that of any split.
    public var namesPickles: Bool {
        let words = lists.compactMap(\.split) + ["train", "valid", "dev", "val", "test"]
        return features.contains { feature in
            let paths =
                feature.path.contains("{split}")
                ? words.map { feature.path.replacing("{split}", with: $0) } : [feature.path]
            return paths.contains { path in
                guard let file = try? InputFile(path: path),
                    let head = try? file.read(at: 0, count: min(Self.headBytes, file.bytes))
                else { return false }
                return Self.isPickle(head)
            }
        }
    }
}
