import Conversion

extension NumpyArchive {
    /// The rows of a matrix under the ids that the archive holds beside it; nil where it has an array for each id.
    /// - Throws: ``ConversionError`` where it is neither, or ids are not what they can be.
    func matrixWithIDs() throws -> MatrixRows? {
        let names = directory.names.strings
        guard (2...ListedArray.most).contains(names.count) else { return nil }
        var members: [ZipMember] = []
        var heads: [NumpyArrayHead] = []
        var listed: [ListedArray] = []
        for member in names.indices {
            let opened = try ZipMember(member, of: directory, in: archive)
            // What is no array is refused where an utterance wants it.
            guard let head = try opened.head() else { return nil }
            members.append(opened)
            heads.append(head)
            listed.append(ListedArray(name: names[member], head))
        }
        guard let (ids, matrix) = try ListedArray.idsAndMatrix(among: listed, of: name) else { return nil }
        return MatrixRows(
            try members[matrix].matrix(in: archive), ids: try members[ids].ids(heads[ids]),
            layout: ".npz of ids and a matrix")
    }
}

extension ListedArray {
    fileprivate init(name: String, _ head: NumpyArrayHead) {
        self.init(name: name, content: .other, type: head.description ?? "fields", shape: head.shape)
        if let type = try? head.type() { (content, self.type) = (.numbers, type.numpyName) }
        if head.text != nil { (content, type) = (.texts, "texts") }
        if head.holdsObjects { (content, type) = (.objects, "Python objects") }
    }
}

extension ZipMember {
    /// The header of the array that it is; nil where it is none.
    fileprivate func head() throws -> NumpyArrayHead? {
        var beginning: [UInt8] = []
        try forEachPiece { piece in
            beginning += piece.prefix(NumpyArrayHead.longest - beginning.count)
            return beginning.count < NumpyArrayHead.longest
        }
        return try? NumpyArrayHead(beginning, total: bytes)
    }

    /// The texts of an array as ids.
    fileprivate func ids(_ head: NumpyArrayHead) throws -> ByteInterner {
        guard let text = head.text, text.bytes > 0, head.dataBytes == bytes - head.dataOffset else {
            throw ConversionError.input(
                "\(name) has \(bytes - head.dataOffset) bytes of data where its header claims \(shown(head.shape)).")
        }
        var list = IDList(name: name)
        // Texts may begin in one piece and end in the next.
        var (position, rest, id) = (0, [UInt8](), [UInt8]())
        try forEachPiece { piece in
            rest += piece.dropFirst(max(0, head.dataOffset - position))
            position += piece.count
            let whole = rest.count / text.bytes * text.bytes
            try rest.withUnsafeBytes { rest in
                for start in stride(from: 0, to: whole, by: text.bytes) {
                    let bytes = UnsafeRawBufferPointer(rebasing: rest[start..<start + text.bytes])
                    guard Self.decode(bytes, isWide: text.isWide, isBigEndian: text.isBigEndian, into: &id) else {
                        throw ConversionError.input("\(name): the id in row \(list.ids.strings.count) is no text.")
                    }
                    try id.withUnsafeBytes { try list.take($0) }
                }
            }
            rest.removeFirst(whole)
            return true
        }
        return list.ids
    }

    /// Decodes a text that is filled up with zeros; false where a character is none.
    private static func decode(
        _ bytes: UnsafeRawBufferPointer, isWide: Bool, isBigEndian: Bool, into id: inout [UInt8]
    ) -> Bool {
        id.removeAll(keepingCapacity: true)
        let used = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        guard isWide else {
            id += bytes[..<used]
            return true
        }
        for start in stride(from: 0, to: used, by: 4) {
            let number = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
            guard let scalar = Unicode.Scalar(isBigEndian ? number.byteSwapped : number.littleEndian) else {
                return false
            }
            id += UTF8.encode(scalar)!
        }
        return true
    }

    /// The array as a matrix.
    fileprivate func matrix(in archive: InputFile) throws -> any RowMatrix {
        guard isCompressed else {
            // The rows are read where they lie; that they are what was written is looked at before.
            try forEachPiece { _ in true }
            return try NumpyMatrix(archive, named: name, in: place)
        }
        guard bytes <= ZipDirectory.largestMember else {
            throw ConversionError.input(
                "\(name) is compressed and has \(bytes) bytes: save the archive with numpy.savez, which does not compress."
            )
        }
        var content: [UInt8] = []
        content.reserveCapacity(bytes)
        try forEachPiece { piece in
            content += piece
            return true
        }
        return try InflatedMatrix(content, named: name, archive)
    }
}

/// A matrix that was compressed, in memory.
private final class InflatedMatrix: RowMatrix {
    let file: InputFile
    private let content: [UInt8]
    private let layout: NumpyMatrix.Layout

    var rows: Int { layout.rows }
    var width: Int { layout.width }
    var type: ElementType { layout.type }

    init(_ content: [UInt8], named name: String, _ file: InputFile) throws(ConversionError) {
        (self.content, self.file) = (content, file)
        layout = try NumpyMatrix.Layout(
            Array(content.prefix(NumpyArrayHead.longest)), total: content.count, named: name)
    }

    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) {
        let start = layout.dataOffset + rows.lowerBound * rowBytes
        content.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[start..<start + rows.count * rowBytes])) }
    }
}
