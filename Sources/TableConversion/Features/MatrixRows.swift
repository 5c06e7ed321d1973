import Conversion

/// A matrix in a file, of which rows are read.
protocol RowMatrix: AnyObject {
    var file: InputFile { get }
    var rows: Int { get }
    var width: Int { get }
    var type: ElementType { get }
    /// Reads rows, one after the other as stored, into memory for exactly that many.
    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension RowMatrix {
    var rowBytes: Int { width * type.size }
}

/// The rows of a matrix as arrays: under ids, or with their places as numbers.
final class MatrixRows: ArraysByID {
    let layout: String
    private(set) var ids: ByteInterner
    private let matrix: any RowMatrix
    private var buffer: [UInt8] = []

    var name: String { matrix.file.name }
    var file: InputFile? { matrix.file }

    init(_ matrix: any RowMatrix, ids: ByteInterner = ByteInterner(), layout: String = ".npy matrix") {
        (self.matrix, self.ids, self.layout) = (matrix, ids, layout)
    }

    func endSearch() { ids.forgetPlaces() }

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        var order = Array(arrays.indices)
        if zip(arrays, arrays.dropFirst()).contains(where: >) { order.sort { arrays[$0] < arrays[$1] } }
        var next = 0
        while next < order.count {
            // Rows that follow each other are read together.
            let run = next
            repeat { next += 1 } while next < order.count && arrays[order[next]] == arrays[order[next - 1]] + 1
            let first = Int(arrays[order[run]])
            let count = (next - run) * matrix.rowBytes
            if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
            try buffer.withUnsafeMutableBytes { memory in
                let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
                try matrix.read(first..<first + next - run, into: room)
                for index in run..<next {
                    let row = room[(index - run) * matrix.rowBytes..<(index - run + 1) * matrix.rowBytes]
                    try visit(
                        order[index],
                        NumberArray(
                            type: matrix.type, shape: [matrix.width], bytes: UnsafeRawBufferPointer(rebasing: row)))
                }
            }
        }
    }
}
