import Autodiff
import Tensors
import Testing

extension ModuleDocumentTests {
    @Test func autodiffSample() throws {
        // sample
        let weight = Variable(Tensor(rows: 1, columns: 2, [0.5, -1]))
        let x = Variable.constant(Tensor(rows: 3, columns: 2, [1, 2, 3, 4, 5, 6]))
        let tape = Tape(mode: .evaluation)
        let y = tape.linear(x, weight: weight)
        tape.backward(from: y, gradient: Tensor(rows: 3, columns: 1, repeating: 1))
        let gradient = weight.gradient?.array  // [9, 12]
        // end
        #expect(gradient == [9, 12])
    }
}
