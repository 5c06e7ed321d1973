import Tensors

extension Tape {
    /// Exact GELU, x · Φ(x) (Hendrycks and Gimpel, 2016), as PyTorch's "gelu" activation.
    public func gelu(_ x: Variable) -> Variable {
        func activated() -> Tensor {
            let y = Tensor(rows: x.rows, columns: x.columns)
            Kernels.gelu(x.value, into: y)
            return y
        }
        return record(activated(), inputs: [x], remake: activated) { gradient in
            Kernels.addGELUGradient(gradient, x: x.value, to: x.slot.toAddTo())
        }
    }
}
