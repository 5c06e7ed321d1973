import Foundation
import Tensors

extension Tape {
    /// log softmax of every row: [N, C] → [N, C].
    public func logSoftmax(_ x: Variable) -> Variable {
        let y = Tensor(rows: x.rows, columns: x.columns)
        Kernels.logSoftmaxRows(of: x.value, into: y)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            for row in 0..<slot.rows {
                var sum: Float = 0
                for c in 0..<slot.columns { sum += gradient[row, c] }
                for c in 0..<slot.columns { target[row, c] += gradient[row, c] - exp(y[row, c]) * sum }
            }
        }
    }
}
