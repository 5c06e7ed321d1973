import CKernels

/// Part of a tensor, seen as a matrix: stored rows lie `stride` numbers apart. It keeps the tensor's memory alive.
public struct Matrix: @unchecked Sendable {
    /// The first number.
    let pointer: UnsafeMutablePointer<Float>
    /// Number of rows, after a transposition.
    public let rows: Int
    /// Number of columns, after a transposition.
    public let columns: Int
    /// Distance between the starts of two stored rows.
    public let stride: Int
    /// Whether the stored rows are this matrix's columns.
    package let isTransposed: Bool
    private let storage: AnyObject

    init(
        _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int, isTransposed: Bool = false,
        storage: AnyObject
    ) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.isTransposed = isTransposed
        self.storage = storage
    }

    /// The same numbers, rows as columns.
    public var transposed: Matrix {
        Matrix(pointer, rows: columns, columns: rows, stride: stride, isTransposed: !isTransposed, storage: storage)
    }

    /// Some of the rows.
    public func rows(_ range: Range<Int>) -> Matrix {
        Matrix(
            pointer + range.lowerBound * (isTransposed ? 1 : stride), rows: range.count, columns: columns,
            stride: stride,
            isTransposed: isTransposed, storage: storage)
    }

    /// Some of the columns.
    public func columns(_ range: Range<Int>) -> Matrix {
        Matrix(
            pointer + range.lowerBound * (isTransposed ? stride : 1), rows: rows, columns: range.count, stride: stride,
            isTransposed: isTransposed, storage: storage)
    }

    /// The matrix as kernels see it.
    var view: ck_matrix {
        precondition(!isTransposed, "kernels work on rows as they are stored")
        return ck_matrix(values: pointer, rows: rows, columns: columns, stride: stride)
    }

    /// The matrix as a factor of a product.
    var factor: ck_factor {
        ck_factor(values: pointer, rows: rows, columns: columns, stride: stride, transposed: isTransposed ? 1 : 0)
    }
}
