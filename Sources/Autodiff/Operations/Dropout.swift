import CKernels
import Tensors

extension Tape {
    /// Inverted dropout: each number is 0 with probability p, else divided by 1 − p. The identity in evaluation.
    public func dropout(_ x: Variable, probability: Float) -> Variable {
        guard let key = maskKey(probability: probability) else { return x }
        func dropped() -> Tensor {
            let x = x.value
            let y = Tensor(rows: x.rows, columns: x.columns)
            y.forEachElementRange { ck_dropout(y.pointer + $0, x.pointer + $0, $1, $0, key, probability) }
            return y
        }
        return record(dropped(), inputs: [x], remake: dropped) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            target.forEachElementRange {
                ck_accumulate_dropout(target.pointer + $0, gradient.pointer + $0, $1, $0, key, probability)
            }
        }
    }

    /// max(0, dropout(x)), in that order, as VUEMO's head has it.
    public func dropoutReLU(_ x: Variable, probability: Float) -> Variable {
        let key = maskKey(probability: probability)
        let probability = key == nil ? 0 : probability
        let y = Tensor(rows: x.rows, columns: x.columns)
        y.forEachElementRange { ck_dropout_relu(y.pointer + $0, x.value.pointer + $0, $1, $0, key ?? 0, probability) }
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            target.forEachElementRange {
                ck_dropout_relu_backward(
                    target.pointer + $0, gradient.pointer + $0, y.pointer + $0, $1, $0, key ?? 0, probability)
            }
        }
    }

    /// residual + dropout(x), both [R, C].
    public func addDropout(_ residual: Variable, _ x: Variable, probability: Float) -> Variable {
        precondition(residual.rows == x.rows && residual.columns == x.columns)
        let key = maskKey(probability: probability)
        let probability = key == nil ? 0 : probability
        let y = Tensor(rows: x.rows, columns: x.columns)
        y.forEachElementRange {
            ck_add_dropout(
                y.pointer + $0, residual.value.pointer + $0, x.value.pointer + $0, $1, $0, key ?? 0, probability)
        }
        return record(y, inputs: [residual, x]) { [slot = x.slot, residual = residual.slot] gradient in
            if slot.requiresGradient {
                let target = slot.toAddTo()
                target.forEachElementRange {
                    ck_accumulate_dropout(target.pointer + $0, gradient.pointer + $0, $1, $0, key ?? 0, probability)
                }
            }
            residual.accumulate(gradient)
        }
    }
}

extension Tensor {
    /// Splits all numbers over the threads; the body gets the first index and the count of its part.
    func forEachElementRange(_ body: (_ first: Int, _ count: Int) -> Void) {
        Compute.forEachRange(count, minimum: 1 << 15) { body($0.lowerBound, $0.count) }
    }
}
