import Conversion

/// A two-dimensional `.npy` file, read by rows. Only its header is held in memory.
final class NumpyMatrix {
    let file: InputFile
    let rows: Int
    let width: Int
    let type: ElementType
    private let dataOffset: Int

    var rowBytes: Int { width * type.size }

    /// The position in the file behind a row.
    func end(ofRow row: Int) -> Int { dataOffset + (row + 1) * rowBytes }

    /// Opens a file and checks its header against its size.
    init(_ file: InputFile) throws(ConversionError) {
        self.file = file
        let name = file.name
        func refuse(_ what: String) -> ConversionError { .input("\(name) \(what).") }
        let beginning = try file.read(at: 0, count: min(NumpyArrayHead.longest, file.bytes))
        let head: NumpyArrayHead
        switch beginning.withUnsafeBytes({ bytes in
            Result { () throws(NumpyArrayHead.Fault) in try NumpyArrayHead(bytes, total: file.bytes) }
        }) {
        case .success(let found): head = found
        case .failure(let fault): throw refuse(fault.reason)
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
        guard head.dataBytes == file.bytes - head.dataOffset else {
            throw refuse(
                "has \(file.bytes - head.dataOffset) bytes of data where its header claims \(shape[0]) × \(shape[1]) values"
            )
        }
        (rows, width, type, dataOffset) = (shape[0], shape[1], head.type, head.dataOffset)
    }

    /// Reads rows, one after the other as stored, into memory for exactly that many.
    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        precondition(buffer.count == rows.count * rowBytes, "a buffer of \(buffer.count) bytes for \(rows.count) rows")
        try file.read(at: dataOffset + rows.lowerBound * rowBytes, into: buffer)
    }
}

/// The rows of a matrix as arrays whose numbers are their places.
final class MatrixRows: ArraysByID {
    let layout = ".npy matrix"
    let ids = ByteInterner()
    private let matrix: NumpyMatrix
    private var buffer: [UInt8] = []

    var name: String { matrix.file.name }
    var file: InputFile? { matrix.file }

    init(_ matrix: NumpyMatrix) { self.matrix = matrix }

    func endSearch() {}

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        var next = 0
        while next < arrays.count {
            // Rows that follow each other are read together.
            let run = next
            repeat { next += 1 } while next < arrays.count && arrays[next] == arrays[next - 1] + 1
            let rows = Int(arrays[run])..<Int(arrays[run]) + next - run
            let count = rows.count * matrix.rowBytes
            if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
            try buffer.withUnsafeMutableBytes { memory in
                try matrix.read(rows, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
                for place in run..<next {
                    let row = memory[(place - run) * matrix.rowBytes..<(place - run + 1) * matrix.rowBytes]
                    try visit(
                        place,
                        NumberArray(
                            type: matrix.type, shape: [matrix.width], bytes: UnsafeRawBufferPointer(rebasing: row)))
                }
            }
        }
    }
}
