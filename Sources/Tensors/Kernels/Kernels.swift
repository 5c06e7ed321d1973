import CKernels
import Concurrency

/// The compiled loops under the engine, for whole tensors: shapes are checked, and work that is worth it is split over the
/// threads in a way that gives the same bits for any number of them.
///
/// This is the only Swift code that calls the C functions of CKernels.
public enum Kernels {}

extension Kernels {
    /// Splits all numbers over the threads; the body gets the first index and the count of its part.
    static func forEachElementRange(_ count: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
        Compute.forEachRange(count, minimum: 1 << 15) { body($0.lowerBound, $0.count) }
    }

    /// Splits rows over the threads, a few thousand numbers at least to each.
    static func forEachRowRange(_ rows: Int, columns: Int, _ body: (Range<Int>) -> Void) {
        Compute.forEachRange(rows, minimum: max(1, (1 << 15) / max(1, columns)), body)
    }

    /// Splits columns over the threads: a column's sum has one order whatever their number.
    static func forEachColumnRange(_ columns: Int, minimum: Int = 128, _ body: (Range<Int>) -> Void) {
        Compute.forEachRange(columns, minimum: minimum, body)
    }
}

// MARK: Products

extension Kernels {
    /// `c = alpha · a b + beta · c` on this thread.
    static func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float, beta: Float) {
        kernels.product(c.view, a.factor, b.factor, alpha, beta)
    }

    /// The same on all threads, which share the rows of c.
    static func multiplyOnThreads(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float, beta: Float) {
        kernels.product_split(Compute.threads, c.view, a.factor, b.factor, alpha, beta)
    }

    /// The same on this thread, with a right factor that `packed(_:)` has made.
    static func multiply(_ a: Matrix, packed b: Tensor, into c: Matrix, alpha: Float, beta: Float) {
        kernels.product_packed(c.view, a.factor, b.pointer, alpha, beta)
    }

    /// A right factor in the order in which products read it.
    static func packed(_ b: Matrix) -> Tensor {
        let packed = Tensor(rows: 1, columns: kernels.packed_count(b.columns, b.rows))
        kernels.pack(packed.pointer, b.factor)
        return packed
    }
}
