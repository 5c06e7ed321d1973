import CKernels
import Tensors

extension Tape {
    /// Exact GELU, x · Φ(x) (Hendrycks and Gimpel, 2016), as PyTorch's "gelu" activation.
    public func gelu(_ x: Variable) -> Variable {
        func activated() -> Tensor {
            let x = x.value
            let y = Tensor(rows: x.rows, columns: x.columns)
            y.forEachElementRange { ck_gelu(y.pointer + $0, x.pointer + $0, $1) }
            return y
        }
        return record(activated(), inputs: [x], remake: activated) { gradient in
            let target = x.slot.toAddTo()
            target.forEachElementRange {
                ck_gelu_backward(target.pointer + $0, gradient.pointer + $0, x.value.pointer + $0, $1)
            }
        }
    }
}
