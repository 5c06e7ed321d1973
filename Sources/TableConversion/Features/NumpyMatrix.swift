import Conversion

/// A two-dimensional `.npy` file, or one as a member of an archive, read by rows. Only its header is held in memory.
final class NumpyMatrix: RowMatrix {
    let file: InputFile
    private let layout: Layout
    private let start: Int

    var rows: Int { layout.rows }
    var width: Int { layout.width }
    var type: ElementType { layout.type }

    /// The position in the file behind a row.
    func end(ofRow row: Int) -> Int { start + layout.dataOffset + (row + 1) * rowBytes }

    /// Opens a file and checks its header against its size.
    convenience init(_ file: InputFile) throws(ConversionError) {
        try self.init(file, named: file.name, in: 0..<file.bytes)
    }

    /// The same for a part of a file.
    /// - Parameter name: What it is called, in sentences.
    init(_ file: InputFile, named name: String, in place: Range<Int>) throws(ConversionError) {
        let beginning = try file.read(at: place.lowerBound, count: min(NumpyArrayHead.longest, place.count))
        layout = try Layout(beginning, total: place.count, named: name)
        (self.file, start) = (file, place.lowerBound)
    }

    /// Reads rows, one after the other as stored, into memory for exactly that many.
    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        precondition(buffer.count == rows.count * rowBytes, "a buffer of \(buffer.count) bytes for \(rows.count) rows")
        try file.read(at: start + layout.dataOffset + rows.lowerBound * rowBytes, into: buffer)
    }

    /// What the header says of the rows.
    struct Layout {
        let (rows, width): (Int, Int)
        let type: ElementType
        /// Where they begin behind the header's beginning.
        let dataOffset: Int

        /// - Parameters:
        ///   - beginning: As ``NumpyArrayHead`` needs it.
        ///   - total: The bytes of header and rows.
        init(_ beginning: [UInt8], total: Int, named name: String) throws(ConversionError) {
            func refuse(_ what: String) -> ConversionError { .input("\(name) \(what).") }
            let head: NumpyArrayHead
            do throws(NumpyArrayHead.Fault) {
                head = try NumpyArrayHead(beginning, total: total)
                type = try head.type()
            } catch {
                throw refuse(error.reason)
            }
            let shape = head.shape
            guard shape.count < 3 else {
                throw refuse(
                    "has the shape \(shown(shape)), as frames of each utterance have: give one row per utterance, for example the mean over its frames without the padding"
                )
            }
            guard shape.count == 2, shape[1] > 0 else {
                throw refuse("has the shape \(shown(shape)); give one row per utterance")
            }
            guard !head.isFortranOrder else {
                throw refuse(
                    "is stored column after column: save it with numpy.save(file, numpy.ascontiguousarray(matrix))")
            }
            guard head.dataBytes == total - head.dataOffset else {
                throw refuse(
                    "has \(total - head.dataOffset) bytes of data where its header claims \(shape[0]) × \(shape[1]) values"
                )
            }
            (rows, width, dataOffset) = (shape[0], shape[1], head.dataOffset)
        }
    }
}
