import COpenBLAS
import Concurrency

/// Products of matrices: by kernels of our own on processors that have them (see `KernelChoice`), by OpenBLAS on all others.
///
/// Debian's OpenBLAS does not know newer processors and may use half of their width; our kernels do not depend on which one it
/// takes this processor for. With them every number of a product is summed in one order, whatever the other rows and columns
/// are, so that results depend neither on the number of threads nor on what else is in a minibatch.
public enum MatrixProduct {
    /// Products below this many multiply-adds stay on one thread.
    private static let worthSplitting = 1 << 20
    /// Rows that keep a thread busy with a right factor that all threads share.
    private static let rowsOfAThread = 24
    /// Whether our kernels make the products.
    package static let hasKernels = KernelChoice.makesProducts

    /// `c = alpha · a b + beta · c`.
    ///
    /// A large product is split over the threads along the rows of `c`, or along its columns where these are few; each number of
    /// `c` is summed in one thread. Where the work is split already, it stays on the calling thread.
    public static func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, beta: Float = 0) {
        if Compute.threads == 1 || Compute.isSplit || c.rows * c.columns * a.columns < worthSplitting {
            return multiplyOnThisThread(a, b, into: c, alpha: alpha, beta: beta)
        }
        if hasKernels, c.rows >= rowsOfAThread * Compute.threads {
            check(a, b, c)
            Kernels.multiplyOnThreads(a, b, into: c, alpha: alpha, beta: beta)
        } else if c.rows >= c.columns {
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
    public static func multiplyOnThisThread(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, beta: Float = 0)
    {
        guard hasKernels else { return multiplyByOpenBLAS(a, b, into: c, alpha: alpha, beta: beta) }
        check(a, b, c)
        guard c.rows > 0, c.columns > 0 else { return }
        Kernels.multiply(a, b, into: c, alpha: alpha, beta: beta)
    }

    /// The same with a right factor that is prepared once for many products: the recurrent weights of a GRU.
    public static func multiplyOnThisThread(
        _ a: Matrix, _ b: PackedMatrix, into c: Matrix, alpha: Float = 1, beta: Float = 0
    ) {
        guard let packed = b.packed else { return multiplyOnThisThread(a, b.matrix, into: c, alpha: alpha, beta: beta) }
        check(a, b.matrix, c)
        guard c.rows > 0, c.columns > 0 else { return }
        Kernels.multiply(a, packed: packed, into: c, alpha: alpha, beta: beta)
    }

    /// The same by OpenBLAS on the calling thread, whatever the processor: what our kernels are compared with.
    public static func multiplyByOpenBLAS(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, beta: Float = 0) {
        check(a, b, c)
        guard c.rows > 0, c.columns > 0 else { return }
        _ = singleThreadedBLAS
        cblas_sgemm(
            CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
            blasint(c.rows), blasint(c.columns), blasint(a.columns), alpha, a.pointer, blasint(a.stride), b.pointer,
            blasint(b.stride), beta, c.pointer, blasint(c.stride))
    }

    /// Done once, before OpenBLAS's first product: threads are the pool's alone.
    private static let singleThreadedBLAS: Void = openblas_set_num_threads(1)

    private static func check(_ a: Matrix, _ b: Matrix, _ c: Matrix) {
        precondition(
            a.rows == c.rows && b.columns == c.columns && a.columns == b.rows && !c.isTransposed,
            "product of shapes [\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    }
}

/// The right factor of many products, copied once into the order in which they read it.
///
/// It has the numbers that the matrix had then.
public struct PackedMatrix: Sendable {
    let matrix: Matrix
    /// Nil where OpenBLAS makes the products.
    let packed: Tensor?

    /// Copies a matrix [k, n].
    public init(_ matrix: Matrix) {
        self.matrix = matrix
        guard MatrixProduct.hasKernels else {
            packed = nil
            return
        }
        packed = Kernels.packed(matrix)
    }
}
