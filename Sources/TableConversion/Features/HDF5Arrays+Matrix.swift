import Conversion
import FeatureStore
import HDF5

extension HDF5Arrays {
    /// The rows of a matrix under the ids that the group holds beside it; nil where it has something for each id.
    /// - Throws: ``ConversionError`` where it is neither, or ids are not what they can be.
    func matrixWithIDs() throws -> MatrixRows? {
        do {
            return try findMatrixWithIDs()
        } catch let error as HDF5Error {
            throw Self.sentence(error, name)
        }
    }

    private func findMatrixWithIDs() throws -> MatrixRows? {
        guard (2...ListedArray.most).contains(entries.count) else { return nil }
        var listed: [ListedArray] = []
        var fault: HDF5Error?
        for (number, address) in entries.enumerated() {
            let entry = GroupEntry(link: address == .max ? .soft : .hard, address: address)
            do throws(HDF5Error) {
                switch try contents.file.open(entry, path: path(UInt32(number))) {
                case .dataset(let dataset): listed.append(ListedArray(name: ids.strings[number], dataset))
                default: listed.append(ListedArray(name: ids.strings[number], type: "no array"))
                }
            } catch {
                listed.append(ListedArray(name: ids.strings[number], type: "unreadable"))
                fault = fault ?? error
            }
        }
        // Where something is there for each id, what cannot be opened is refused only if an utterance wants it.
        if let fault, listed.contains(where: { $0.content == .texts && $0.shape.count == 1 }) { throw fault }
        guard let found = try ListedArray.idsAndMatrix(among: listed, of: group == "/" ? name : "\(name): \(group)")
        else { return nil }
        return MatrixRows(
            try HDF5Matrix(self, UInt32(found.matrix)), ids: try texts(UInt32(found.ids)),
            layout: "HDF5 ids and a matrix in \(group)")
    }

    /// Whether a group holds a list of texts, as that of the ids of a matrix is one.
    static func hasTexts(_ group: borrowing HDF5.Group, of file: borrowing HDF5.File) throws -> Bool {
        guard try (2...ListedArray.most).contains(group.entryCount()) else { return false }
        for member in try group.memberNames() {
            guard let entry = group.entry(member), let object = try? file.open(entry, path: member),
                case .dataset(let dataset) = object
            else { continue }
            if ListedArray(name: member, dataset).content == .texts, dataset.shape.count == 1 { return true }
        }
        return false
    }

    /// The texts of a dataset as ids.
    private func texts(_ array: UInt32) throws -> ByteInterner {
        let entry = GroupEntry(link: .hard, address: entries[Int(array)])
        guard case .dataset(let dataset) = try contents.file.open(entry, path: path(array)) else {
            return ByteInterner()
        }
        var list = IDList(name: "\(name): \(path(array))")
        guard case .string(let size) = dataset.elementType else {
            guard let texts = contents.file.variableTexts(entry, path: path(array)) else {
                throw fault(
                    array,
                    "holds texts of any length in chunks, which are not read: write ids as texts of one length, in h5py with numpy.array(ids, dtype='S')"
                )
            }
            try texts.forEach { try list.take($0) }
            return list.ids
        }
        try dataset.requirePlausibleSize(isReadWhole: false)
        let rows = max(1, (1 << 20) / size)
        var buffer = [UInt8](repeating: 0, count: min(rows, dataset.rowCount) * size)
        for start in stride(from: 0, to: dataset.rowCount, by: rows) {
            let piece = start..<min(start + rows, dataset.rowCount)
            try buffer.withUnsafeMutableBytes { memory in
                try dataset.readStoredBytes(
                    rows: piece, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<(piece.count * size)]))
                for row in 0..<piece.count {
                    let text = memory[row * size..<(row + 1) * size]
                    let end = text.firstIndex(of: 0) ?? text.endIndex
                    try list.take(UnsafeRawBufferPointer(rebasing: text[text.startIndex..<end]))
                }
            }
        }
        return list.ids
    }
}

extension ListedArray {
    fileprivate init(name: String, _ dataset: borrowing Dataset) {
        self.init(name: name, content: .other, type: "of another type", shape: dataset.shape)
        switch dataset.elementType {
        case .string, .variableLengthString: (content, type) = (.texts, "texts")
        case let stored:
            if let type = HDF5Arrays.type(of: stored) { (content, self.type) = (.numbers, type.numpyName) }
        }
    }
}

/// A matrix in an HDF5 file. Its rows are read where they lie, if they lie end to end; else the library finds them.
private final class HDF5Matrix: RowMatrix {
    let (rows, width): (Int, Int)
    let type: Conversion.ElementType
    let file: InputFile
    private let contents: HDF5Arrays.FileHandle
    private let dataset: Dataset
    private let offset: Int?

    init(_ arrays: HDF5Arrays, _ array: UInt32) throws {
        let entry = GroupEntry(link: .hard, address: arrays.entries[Int(array)])
        guard case .dataset(let dataset) = try arrays.contents.file.open(entry, path: arrays.path(array)),
            let type = HDF5Arrays.type(of: dataset.elementType)
        else { throw arrays.fault(array, "holds no plain numbers; give float or integer arrays") }
        try dataset.requirePlausibleSize(isReadWhole: false)
        (file, contents, self.type) = (arrays.input, arrays.contents, type)
        (rows, width) = (dataset.shape[0], dataset.shape[1])
        let bytes = rows * width * type.size
        offset = contents.file.plainArray(entry, orIn: "").flatMap { plain in
            plain.shape == dataset.shape && plain.offset <= arrays.input.bytes - bytes ? plain.offset : nil
        }
        self.dataset = dataset
    }

    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
        if let offset { return try file.read(at: offset + rows.lowerBound * rowBytes, into: buffer) }
        do {
            try dataset.readStoredBytes(rows: rows, into: buffer)
        } catch {
            throw HDF5Arrays.sentence(error, file.name)
        }
    }
}
