import CKernels
import Foundation
import Tensors

extension Tape {
    /// log softmax of every row: [N, C] → [N, C].
    public func logSoftmax(_ x: Variable) -> Variable {
        let y = Tensor(rows: x.rows, columns: x.columns)
        ck_log_softmax_rows(y.pointer, x.value.pointer, x.rows, x.columns)
        return record(y, inputs: [x]) { gradient in
            let target = x.gradientToAddTo()
            for row in 0..<x.rows {
                let g = gradient.pointer + row * x.columns, p = y.pointer + row * x.columns
                var sum: Float = 0
                for c in 0..<x.columns { sum += g[c] }
                for c in 0..<x.columns { target.pointer[row * x.columns + c] += g[c] - exp(p[c]) * sum }
            }
        }
    }
}
