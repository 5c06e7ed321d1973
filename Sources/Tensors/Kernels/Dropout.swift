import CKernels

/// What a dropout drops: a function of a key and an element's number, so that no mask is stored.
public struct DropoutMask: Sendable {
    /// Elements are dropped with this probability; what is kept is divided by 1 − p.
    let probability: Float
    let key: UInt64
    /// The number of a tensor's first element, where the tensor is part of a larger one.
    let first: Int

    /// The mask of a key, for the elements from `first` on. Without a key nothing is dropped.
    public init(key: UInt64?, probability: Float, first: Int = 0) {
        self.probability = key == nil ? 0 : probability
        self.key = key ?? 0
        self.first = first
    }

    fileprivate func from(_ index: Int) -> ck_mask { ck_mask(key: key, first: first + index, p: probability) }
}

extension Kernels {
    /// y = dropout(x)
    public static func dropout(_ x: Tensor, _ mask: DropoutMask, into y: Tensor) {
        check(x, y)
        forEachElementRange(y.count) { kernels.dropout(y.pointer + $0, x.pointer + $0, $1, mask.from($0)) }
    }

    /// y = a + dropout(x)
    public static func addDropout(_ a: Tensor, _ x: Tensor, _ mask: DropoutMask, into y: Tensor) {
        check(a, y)
        check(x, y)
        forEachElementRange(y.count) {
            kernels.add_dropout(y.pointer + $0, a.pointer + $0, x.pointer + $0, $1, mask.from($0))
        }
    }

    /// target += dropout(gradient): the backward of both.
    public static func addDropoutGradient(_ gradient: Tensor, _ mask: DropoutMask, to target: Tensor) {
        check(gradient, target)
        forEachElementRange(target.count) {
            kernels.accumulate_dropout(target.pointer + $0, gradient.pointer + $0, $1, mask.from($0))
        }
    }

    /// y = max(0, dropout(x)). NaN stays NaN.
    public static func dropoutReLU(_ x: Tensor, _ mask: DropoutMask, into y: Tensor) {
        check(x, y)
        forEachElementRange(y.count) { kernels.dropout_relu(y.pointer + $0, x.pointer + $0, $1, mask.from($0)) }
    }

    /// target += dropout(gradient) where `output`, of `dropoutReLU`, is above 0 or NaN.
    public static func addDropoutReLUGradient(
        _ gradient: Tensor, output: Tensor, _ mask: DropoutMask, to target: Tensor
    ) {
        check(gradient, target)
        check(output, target)
        forEachElementRange(target.count) {
            kernels.dropout_relu_backward(
                target.pointer + $0, gradient.pointer + $0, output.pointer + $0, $1, mask.from($0))
        }
    }
}
