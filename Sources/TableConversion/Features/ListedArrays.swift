import Conversion

/// An array of a file of several, as its header tells.
struct ListedArray {
    enum Content { case texts, numbers, objects, other }

    var name: String
    var content = Content.other
    /// The type in a sentence.
    var type: String
    var shape: [Int] = []

    /// So many arrays at most are looked at before ids are taken for their names.
    static let most = 16

    /// Which of a file's arrays are the ids of utterances and the matrix of their rows: the only list of texts, and the only matrix of
    /// numbers of as many rows. Nil where there is no list of texts, so that each array is that of the id that is its name.
    /// - Throws: ``ConversionError`` where a list of texts makes it a file of another kind, or ids are stored as what is not read.
    static func idsAndMatrix(
        among arrays: [ListedArray], of file: String
    ) throws(ConversionError) -> (ids: Int, matrix: Int)? {
        func lists(of content: Content) -> [Int] {
            arrays.indices.filter { arrays[$0].content == content && arrays[$0].shape.count == 1 }
        }
        func matrices(of rows: Int) -> [Int] {
            arrays.indices.filter {
                arrays[$0].content == .numbers && arrays[$0].shape.count == 2 && arrays[$0].shape[0] == rows
                    && arrays[$0].shape[1] > 0
            }
        }
        let texts = lists(of: .texts)
        if texts.isEmpty {
            // Ids without a type, as NumPy makes them of a list of a table.
            for list in lists(of: .objects) where !matrices(of: arrays[list].shape[0]).isEmpty {
                throw .input(
                    "\(file): the array '\(TableFormat.shortened(arrays[list].name))' holds Python objects, which are not read: save ids with numpy.array(ids, dtype=str)."
                )
            }
            return nil
        }
        if texts.count == 1, case let found = matrices(of: arrays[texts[0]].shape[0]), found.count == 1 {
            return (texts[0], found[0])
        }
        let there = arrays.map {
            "\(TableFormat.shortened($0.name)) (\($0.type)\($0.content == .other && $0.shape.isEmpty ? "" : ", \(shown($0.shape))"))"
        }
        throw .input(
            "\(file) has neither an array for each id nor one list of ids and one matrix of as many rows: there are \(there.joined(separator: ", ")); save the ids and the matrix of one feature in a file of their own."
        )
    }
}

/// Takes the ids of a list one after the other.
struct IDList {
    private(set) var ids = ByteInterner()
    /// The file and the list, at the beginning of a sentence.
    let name: String

    /// As long as names of lists of utterances may be.
    private static let longest = 512

    init(name: String) { self.name = name }

    /// Takes an id given as its bytes.
    /// - Throws: ``ConversionError`` where it is too long or no UTF-8, or was there before.
    mutating func take(_ id: UnsafeRawBufferPointer) throws(ConversionError) {
        let row = ids.strings.count
        guard id.count <= Self.longest else {
            throw .input("\(name): the id in row \(row) has \(id.count) bytes; names have at most \(Self.longest).")
        }
        guard id.isUTF8 else { throw .input("\(name): the id in row \(row) is not UTF-8.") }
        guard Int(ids.number(of: id)) == row else {
            let text = TableFormat.shortened(String(decoding: id, as: UTF8.self))
            throw .input("\(name): the id '\(text)' stands there twice, the second time in row \(row).")
        }
    }
}
