@testable import Tensors
import Testing

@Suite struct TensorTests {
    @Test(arguments: [1, 7, 64, 1001]) func whetherAllNumbersAreFinite(count: Int) {
        let tensor = Tensor(rows: 1, columns: count, repeating: -Float.greatestFiniteMagnitude)
        #expect(tensor.isFinite)
        for place in Set([0, count / 2, count - 1]) {
            for special in [Float.nan, .infinity, -.infinity] {
                tensor[0, place] = special
                #expect(!tensor.isFinite)
                tensor[0, place] = 0
            }
        }
        #expect(tensor.isFinite)
    }

    private let counting = Tensor(rows: 3, columns: 4, (0..<12).map(Float.init))

    @Test func viewsShareStorage() {
        let copy = counting.copy()
        counting.rows(1..<2)[0, 2] = -1
        #expect(counting[1, 2] == -1 && copy[1, 2] == 6)
        #expect(counting.reshaped(rows: 2, columns: 6)[1, 0] == -1)
        #expect(counting.rows(1..<3).array == [4, 5, -1, 7, 8, 9, 10, 11])
    }

    /// A view keeps its tensor's memory out of the pool.
    @Test func viewsKeepMemoryAlive() {
        func view() -> Tensor { Tensor(rows: 100, columns: 3, repeating: 5).rows(40..<60) }
        let kept = view()
        for value in 0..<20 { _ = Tensor(rows: 100, columns: 3, repeating: Float(value)) }
        #expect(kept.values.allSatisfy { $0 == 5 })
    }

    @Test func matrixViews() {
        let block = counting.matrix(columns: 1..<3)
        #expect(block.rows == 3 && block.columns == 2 && block.stride == 4 && block.pointer[0] == 1)
        let turned = block.transposed
        #expect(turned.rows == 2 && turned.columns == 3 && turned.isTransposed)
        // Row 1 of the transposed block is the tensor's column 2; its columns from 1 on start in the tensor's row 1.
        #expect(turned.rows(1..<2).pointer[0] == 2)
        #expect(turned.columns(1..<3).pointer[0] == 5)
        #expect(block.rows(2..<3).columns(1..<2).pointer[0] == 10)
        #expect(turned.transposed.pointer == block.pointer && !turned.transposed.isTransposed)
    }

    @Test(arguments: [3, 200_000])
    func addition(columns: Int) {
        let a = Tensor(rows: 2, columns: columns, repeating: 1)
        let b = Tensor(rows: 2, columns: columns, repeating: 4)
        a.add(b, scale: -0.5)
        #expect(a.values.allSatisfy { $0 == -1 })
        a.add(b)
        #expect(a.values.allSatisfy { $0 == 3 })
    }

    @Test func emptyTensors() {
        let nothing = Tensor(rows: 0, columns: 5)
        #expect(nothing.count == 0 && nothing.array.isEmpty)
        nothing.fill(1)
        nothing.add(Tensor(rows: 0, columns: 5))
    }
}
