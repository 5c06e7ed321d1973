/// A matrix of float32 with contiguous rows. Every array of the engine is one: [N, S, H] is read as [N, S·H] or [N·S, H].
///
/// A tensor is a reference to its storage: copies of the struct see the same numbers. Storage comes from a pool and goes
/// back to it with its last reference.
public struct Tensor: @unchecked Sendable {
    /// Number of rows.
    public let rows: Int
    /// Numbers in a row.
    public let columns: Int
    /// The first number. Valid as long as a tensor with this storage lives.
    let pointer: UnsafeMutablePointer<Float>
    private let storage: AnyObject

    /// rows × columns.
    public var count: Int { rows * columns }

    /// A tensor whose numbers are not yet defined.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        let owner = PooledStorage(count: rows * columns)
        self.init(rows: rows, columns: columns, pointer: owner.pointer, storage: owner)
    }

    /// A tensor for a minibatch's features, whose numbers are not yet defined. Its memory is apart from that of the steps.
    public static func minibatch(rows: Int, columns: Int) -> Tensor {
        precondition(rows >= 0 && columns >= 0)
        let owner = PooledStorage(count: rows * columns, pool: .minibatches)
        return Tensor(rows: rows, columns: columns, pointer: owner.pointer, storage: owner)
    }

    /// A tensor of one repeated value.
    public init(rows: Int, columns: Int, repeating value: Float) {
        self.init(rows: rows, columns: columns)
        fill(value)
    }

    /// A tensor of given numbers, row after row.
    public init(rows: Int, columns: Int, _ values: some Collection<Float>) {
        precondition(values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
        self.init(rows: rows, columns: columns)
        _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: values)
    }

    /// A view of memory that `storage` keeps alive.
    package init(rows: Int, columns: Int, pointer: UnsafeMutablePointer<Float>, storage: AnyObject) {
        self.rows = rows
        self.columns = columns
        self.pointer = pointer
        self.storage = storage
    }

    /// The same numbers in rows of another length.
    public func reshaped(rows: Int, columns: Int) -> Tensor {
        precondition(rows * columns == count, "[\(self.rows), \(self.columns)] has no shape [\(rows), \(columns)]")
        return Tensor(rows: rows, columns: columns, pointer: pointer, storage: storage)
    }

    /// A view of some of the rows.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        return Tensor(
            rows: range.count, columns: columns, pointer: pointer + range.lowerBound * columns, storage: storage)
    }

    /// A view of `rows` · `columns` numbers from the one at `first` on: a parameter in its arena, for example.
    public func part(from first: Int, rows: Int, columns: Int) -> Tensor {
        precondition(first >= 0 && rows >= 0 && columns >= 0 && first + rows * columns <= count)
        return Tensor(rows: rows, columns: columns, pointer: pointer + first, storage: storage)
    }

    /// All numbers, in order.
    public var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

    /// All numbers as an array.
    public var array: [Float] { Array(values) }

    /// One number.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return pointer[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            pointer[row * columns + column] = newValue
        }
    }

    /// The whole tensor as a matrix for products.
    public var matrix: Matrix { Matrix(pointer, rows: rows, columns: columns, stride: columns, storage: storage) }

    /// A block of columns as a matrix for products.
    public func matrix(columns range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns)
        return Matrix(pointer + range.lowerBound, rows: rows, columns: range.count, stride: columns, storage: storage)
    }

    /// Whether no number is NaN or infinite.
    public var isFinite: Bool {
        // Works on bits, so that the loop runs on whole vectors: an exponent of ones means not finite.
        let exponent: UInt32 = 0x7F80_0000
        var special: UInt32 = 0
        for value in values { special |= (value.bitPattern & exponent) == exponent ? 1 : 0 }
        return special == 0
    }

    /// A tensor with the same numbers and storage of its own.
    public func copy() -> Tensor {
        let result = Tensor(rows: rows, columns: columns)
        result.pointer.update(from: pointer, count: count)
        return result
    }

    /// Sets every number to `value`.
    public func fill(_ value: Float) { Kernels.fill(self, value) }

    /// Adds `scale` times the numbers of a tensor of the same shape.
    public func add(_ other: Tensor, scale: Float = 1) { Kernels.add(other, scale: scale, to: self) }
}

/// A buffer of a pool with its owner.
private final class PooledStorage {
    let pointer: UnsafeMutablePointer<Float>
    private let pool: BufferPool

    init(count: Int, pool: BufferPool = .shared) {
        self.pool = pool
        pointer = pool.take(count)
    }

    deinit { pool.giveBack(pointer) }
}
