import CKernels
import Foundation
import Tensors

extension Tape {
    /// log softmax of every row: [N, C] → [N, C].
    public func logSoftmax(_ x: Variable) -> Variable {
        let y = Tensor(rows: x.rows, columns: x.columns)
        ck_log_softmax_rows(y.pointer, x.value.pointer, x.rows, x.columns)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            for row in 0..<slot.rows {
                let g = gradient.pointer + row * slot.columns
                let p = y.pointer + row * slot.columns
                var sum: Float = 0
                for c in 0..<slot.columns { sum += g[c] }
                for c in 0..<slot.columns { target.pointer[row * slot.columns + c] += g[c] - exp(p[c]) * sum }
            }
        }
    }
}
