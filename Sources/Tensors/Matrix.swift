import COpenBLAS

/// Part of a tensor, seen as a matrix: stored rows lie `stride` numbers apart. It keeps the tensor's memory alive.
public struct Matrix: @unchecked Sendable {
    /// The first number.
    public let pointer: UnsafeMutablePointer<Float>
    /// Number of rows, after a transposition.
    public let rows: Int
    /// Number of columns, after a transposition.
    public let columns: Int
    /// Distance between the starts of two stored rows.
    public let stride: Int
    /// Whether the stored rows are this matrix's columns.
    public let isTransposed: Bool
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
            pointer + range.lowerBound * (isTransposed ? 1 : stride), rows: range.count, columns: columns, stride: stride,
            isTransposed: isTransposed, storage: storage)
    }

    /// Some of the columns.
    public func columns(_ range: Range<Int>) -> Matrix {
        Matrix(
            pointer + range.lowerBound * (isTransposed ? stride : 1), rows: rows, columns: range.count, stride: stride,
            isTransposed: isTransposed, storage: storage)
    }
}

/// Products of matrices.
public enum MatrixProduct {
    /// Products below this many multiply-adds stay on one thread.
    private static let worthSplitting = 1 << 20

    /// `c = alpha · a b + beta · c`.
    ///
    /// A large product is split over the threads along the longer side of `c`; each number of `c` is summed in one thread.
    public static func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, beta: Float = 0) {
        if Compute.threads == 1 || c.rows * c.columns * a.columns < worthSplitting {
            return multiplyOnThisThread(a, b, into: c, alpha: alpha, beta: beta)
        }
        if c.rows >= c.columns {
            Compute.forEachRange(c.rows, minimum: 32) { rows in
                multiplyOnThisThread(a.rows(rows), b, into: c.rows(rows), alpha: alpha, beta: beta)
            }
        } else {
            Compute.forEachRange(c.columns, minimum: 32) { columns in
                multiplyOnThisThread(a, b.columns(columns), into: c.columns(columns), alpha: alpha, beta: beta)
            }
        }
    }

    /// The same on the calling thread: for work that is already split.
    public static func multiplyOnThisThread(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, beta: Float = 0) {
        precondition(
            a.rows == c.rows && b.columns == c.columns && a.columns == b.rows && !c.isTransposed,
            "product of shapes [\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
        guard c.rows > 0, c.columns > 0 else { return }
        _ = Compute.singleThreadedBLAS
        cblas_sgemm(
            CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
            blasint(c.rows), blasint(c.columns), blasint(a.columns), alpha, a.pointer, blasint(a.stride), b.pointer,
            blasint(b.stride), beta, c.pointer, blasint(c.stride))
    }
}
