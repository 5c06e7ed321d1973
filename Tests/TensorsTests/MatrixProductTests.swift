import Concurrency
import TestSupport
import Testing

@testable import Tensors

/// Products against naive loops in double.
@Suite struct MatrixProductTests {
    /// A matrix that lies inside a larger tensor, whose other numbers must not be touched.
    private struct Framed {
        let tensor: Tensor
        let matrix: Matrix

        init(rows: Int, columns: Int, transposed: Bool, using generator: inout SplitMix64) {
            let (storedRows, storedColumns) = transposed ? (columns, rows) : (rows, columns)
            let left = Int.random(in: 0...3, using: &generator)
            let right = Int.random(in: 0...3, using: &generator)
            let above = Int.random(in: 0...2, using: &generator)
            tensor = Tensor(rows: above + storedRows, columns: left + storedColumns + right)
            for index in 0..<tensor.count { tensor.pointer[index] = 2 * generator.uniform() - 1 }
            let part = tensor.matrix(columns: left..<left + storedColumns).rows(above..<above + storedRows)
            matrix = transposed ? part.transposed : part
        }
    }

    private func element(_ m: Matrix, _ row: Int, _ column: Int) -> Double {
        Double(m.pointer[m.isTransposed ? column * m.stride + row : row * m.stride + column])
    }

    /// The ways in which a product is computed.
    private enum Way: CaseIterable {
        case split, onThisThread, packed, openBLAS
    }

    private func check(
        rows: Int, columns: Int, inner: Int, transposition: Int, alpha: Float, beta: Float, sampled: Bool,
        way: Way = .split, using generator: inout SplitMix64
    ) {
        let a = Framed(rows: rows, columns: inner, transposed: transposition & 1 != 0, using: &generator)
        let b = Framed(rows: inner, columns: columns, transposed: transposition & 2 != 0, using: &generator)
        let c = Framed(rows: rows, columns: columns, transposed: false, using: &generator)
        let before = c.tensor.copy()
        switch way {
        case .split: MatrixProduct.multiply(a.matrix, b.matrix, into: c.matrix, alpha: alpha, beta: beta)
        case .onThisThread:
            MatrixProduct.multiplyOnThisThread(a.matrix, b.matrix, into: c.matrix, alpha: alpha, beta: beta)
        case .packed:
            MatrixProduct.multiplyOnThisThread(
                a.matrix, PackedMatrix(b.matrix), into: c.matrix, alpha: alpha, beta: beta)
        case .openBLAS: MatrixProduct.multiplyByOpenBLAS(a.matrix, b.matrix, into: c.matrix, alpha: alpha, beta: beta)
        }
        var worst = 0.0
        let first = c.matrix.pointer - c.tensor.pointer
        func compare(_ row: Int, _ column: Int) {
            var sum = 0.0
            for k in 0..<inner { sum += element(a.matrix, row, k) * element(b.matrix, k, column) }
            let old = beta == 0 ? 0 : Double(beta) * Double(before.pointer[first + row * c.matrix.stride + column])
            worst = max(worst, abs(Double(alpha) * sum + old - element(c.matrix, row, column)))
        }
        if sampled {
            for _ in 0..<60 {
                compare(Int.random(in: 0..<rows, using: &generator), Int.random(in: 0..<columns, using: &generator))
            }
            // Both ends, where splits go wrong.
            for row in [0, rows - 1] {
                for column in [0, columns - 1] { compare(row, column) }
            }
        } else {
            for row in 0..<rows {
                for column in 0..<columns { compare(row, column) }
            }
        }
        let shape =
            "[\(rows), \(inner)] times [\(inner), \(columns)], transposition \(transposition), \(Compute.threads) threads, \(way)"
        #expect(worst < 2e-6 * Double(inner + 4), "\(shape)")
        let inside = Set((0..<rows).map { first + $0 * c.matrix.stride })
        var outsideTouched = 0
        var untouched = true
        for row in 0..<c.tensor.rows {
            let start = row * c.tensor.columns
            let block = inside.first { $0 >= start && $0 < start + c.tensor.columns }
            for index in start..<start + c.tensor.columns {
                if let block, index >= block, index < block + columns { continue }
                outsideTouched += 1
                untouched = untouched && c.tensor.pointer[index] == before.pointer[index]
            }
        }
        #expect(untouched, "\(shape): one of \(outsideTouched) numbers beside the result has changed")
    }

    @Test(arguments: 1...3, 0..<4)
    func smallShapes(threads: Int, transposition: Int) {
        withThreads(threads) {
            var generator = SplitMix64(seed: 40, stream: UInt64(transposition))
            for _ in 0..<12 {
                check(
                    rows: .random(in: 1...9, using: &generator), columns: .random(in: 1...9, using: &generator),
                    inner: .random(in: 1...9, using: &generator), transposition: transposition,
                    alpha: [1, -0.5, 0][Int.random(in: 0..<3, using: &generator)],
                    beta: [0, 1, 0.25][Int.random(in: 0..<3, using: &generator)], sampled: false,
                    way: Way.allCases.randomElement(using: &generator)!, using: &generator)
            }
        }
    }

    /// Shapes on both sides of the size from which a product is split, tall, wide and odd ones.
    @Test(arguments: 1...3, 0..<4)
    func aroundTheSplit(threads: Int, transposition: Int) {
        withThreads(threads) {
            var generator = SplitMix64(seed: 41, stream: UInt64(transposition))
            for (rows, columns, inner) in [
                (128, 128, 64), (127, 129, 64), (1, 3000, 351), (2049, 17, 31), (33, 65, 491), (40, 700, 40),
                (100, 1100, 1030),
            ] {
                check(
                    rows: rows, columns: columns, inner: inner, transposition: transposition, alpha: 0.5, beta: 1,
                    sampled: true,
                    using: &generator)
            }
        }
    }

    /// Sizes next to the edges of the kernels' tiles (12 rows, 32 columns, 16 numbers of a vector) and blocks (192 rows, 1,024
    /// columns, 512 deep).
    @Test(arguments: 0..<4)
    func aroundTilesAndBlocks(transposition: Int) {
        var generator = SplitMix64(seed: 43, stream: UInt64(transposition))
        let shapes = [
            (1, 31, 17), (6, 33, 16), (7, 64, 15), (12, 32, 512), (13, 48, 513), (16, 65, 33), (191, 15, 40),
            (193, 16, 31),
            (205, 1023, 5), (5, 1025, 600), (385, 40, 1025), (3, 2049, 12),
        ]
        for (rows, columns, inner) in shapes {
            for way in [Way.onThisThread, .packed] {
                check(
                    rows: rows, columns: columns, inner: inner, transposition: transposition, alpha: 1, beta: 1,
                    sampled: rows * columns > 10_000, way: way, using: &generator)
            }
        }
    }

    /// With our kernels a row of the result has the same bits with other rows beside it, on any number of threads, and with a
    /// packed factor.
    @Test(.enabled(if: MatrixProduct.hasKernels)) func rowsDoNotDependOnTheirNeighbours() {
        var generator = SplitMix64(seed: 44)
        let a = Tensor(rows: 150, columns: 700, (0..<105_000).map { _ in generator.uniform() - 0.5 })
        let b = Tensor(rows: 100, columns: 700, (0..<70_000).map { _ in generator.uniform() - 0.5 })
        let whole = Tensor(rows: 150, columns: 100)
        withThreads(1) { MatrixProduct.multiply(a.matrix, b.matrix.transposed, into: whole.matrix) }
        let split = Tensor(rows: 150, columns: 100)
        withThreads(3) { MatrixProduct.multiply(a.matrix, b.matrix.transposed, into: split.matrix) }
        #expect(split.array == whole.array)
        let packed = PackedMatrix(b.matrix.transposed)
        for rows in [0..<1, 3..<9, 20..<33, 140..<150] {
            let alone = Tensor(rows: rows.count, columns: 100)
            let fromPacked = Tensor(rows: rows.count, columns: 100)
            MatrixProduct.multiplyOnThisThread(a.rows(rows).matrix, b.matrix.transposed, into: alone.matrix)
            MatrixProduct.multiplyOnThisThread(a.rows(rows).matrix, packed, into: fromPacked.matrix)
            #expect(alone.array == whole.rows(rows).array && fromPacked.array == alone.array, "rows \(rows)")
        }
    }

    @Test func emptyProducts() {
        let c = Tensor(rows: 2, columns: 3, repeating: 7)
        let nothing = Tensor(rows: 0, columns: 3)
        MatrixProduct.multiply(Tensor(rows: 0, columns: 2).matrix, c.matrix, into: nothing.matrix)
        // A sum over nothing is 0.
        MatrixProduct.multiply(Tensor(rows: 2, columns: 0).matrix, Tensor(rows: 0, columns: 3).matrix, into: c.matrix)
        #expect(c.array == [0, 0, 0, 0, 0, 0])
    }

    /// What stood in c does not matter without beta, not even if it is not a number.
    @Test func resultIsOverwritten() {
        let c = Tensor(rows: 1, columns: 1, repeating: .nan)
        let one = Tensor(rows: 1, columns: 1, repeating: 1)
        MatrixProduct.multiply(one.matrix, one.matrix, into: c.matrix)
        #expect(c[0, 0] == 1)
    }

    @Test func sameBitsForTheSameThreads() {
        var generator = SplitMix64(seed: 42)
        let a = Tensor(rows: 150, columns: 90, (0..<13_500).map { _ in generator.uniform() })
        for threads in 1...3 {
            withThreads(threads) {
                let results = (0..<3).map { _ in
                    let c = Tensor(rows: 150, columns: 150)
                    MatrixProduct.multiply(a.matrix, a.matrix.transposed, into: c.matrix)
                    return c.array
                }
                #expect(results[0] == results[1] && results[1] == results[2])
            }
        }
    }
}
