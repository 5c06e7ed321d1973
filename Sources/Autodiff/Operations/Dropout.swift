import Tensors

extension Tape {
    /// Inverted dropout: each number is 0 with probability p, else divided by 1 − p. The identity in evaluation.
    public func dropout(_ x: Variable, probability: Float) -> Variable {
        guard let key = maskKey(probability: probability) else { return x }
        let mask = DropoutMask(key: key, probability: probability)
        func dropped() -> Tensor {
            let y = Tensor(rows: x.rows, columns: x.columns)
            Kernels.dropout(x.value, mask, into: y)
            return y
        }
        return record(dropped(), inputs: [x], remake: dropped) { [slot = x.slot] gradient in
            Kernels.addDropoutGradient(gradient, mask, to: slot.toAddTo())
        }
    }

    /// max(0, dropout(x)), in that order, as VUEMO's head has it.
    public func dropoutReLU(_ x: Variable, probability: Float) -> Variable {
        let mask = DropoutMask(key: maskKey(probability: probability), probability: probability)
        let y = Tensor(rows: x.rows, columns: x.columns)
        Kernels.dropoutReLU(x.value, mask, into: y)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            Kernels.addDropoutReLUGradient(gradient, output: y, mask, to: slot.toAddTo())
        }
    }

    /// residual + dropout(x), both [R, C].
    public func addDropout(_ residual: Variable, _ x: Variable, probability: Float) -> Variable {
        let mask = DropoutMask(key: maskKey(probability: probability), probability: probability)
        let y = Tensor(rows: x.rows, columns: x.columns)
        Kernels.addDropout(residual.value, x.value, mask, into: y)
        return record(y, inputs: [residual, x]) { [slot = x.slot, residual = residual.slot] gradient in
            if slot.requiresGradient { Kernels.addDropoutGradient(gradient, mask, to: slot.toAddTo()) }
            residual.accumulate(gradient)
        }
    }
}
