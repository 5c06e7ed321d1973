import Tensors
import Testing

extension ModuleDocumentTests {
    @Test func tensorsSample() throws {
        // sample
        let a = Tensor(rows: 2, columns: 3, [1, 2, 3, 4, 5, 6])
        let b = Tensor(rows: 3, columns: 1, [1, 0, -1])
        let product = Tensor(rows: 2, columns: 1)
        MatrixProduct.multiply(a.matrix, b.matrix, into: product.matrix)
        let values = product.array  // [-2, -2]
        // end
        #expect(values == [-2, -2])
    }
}
