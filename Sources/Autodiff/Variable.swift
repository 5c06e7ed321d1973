import Tensors

/// A value in a computation, and the gradient of the loss with respect to it once the tape has run backward.
public final class Variable {
    /// The numbers.
    public let value: Tensor
    /// Whether a gradient is wanted here: false for data.
    public let requiresGradient: Bool
    private var accumulated: Tensor?
    private let ownsGradient: Bool

    /// A value whose gradient is kept from the backward pass until the tape lets go of it.
    public init(_ value: Tensor, requiresGradient: Bool = true) {
        self.value = value
        self.requiresGradient = requiresGradient
        ownsGradient = true
    }

    /// A parameter: its gradients are added to `gradient`, which outlives the tape.
    public init(parameter value: Tensor, gradient: Tensor) {
        precondition(value.count == gradient.count)
        self.value = value
        requiresGradient = true
        accumulated = gradient
        ownsGradient = false
    }

    /// A value without gradient: features, for example.
    public static func constant(_ value: Tensor) -> Variable { Variable(value, requiresGradient: false) }

    /// Rows of the value.
    public var rows: Int { value.rows }
    /// Columns of the value.
    public var columns: Int { value.columns }

    /// The gradient, if anything has contributed to it.
    public var gradient: Tensor? { accumulated }

    /// Where an operation's backward adds its part: `beta` is 0 for the first contribution, which overwrites, then 1.
    func gradientTarget() -> (tensor: Tensor, beta: Float) {
        if let accumulated { return (accumulated, 1) }
        let fresh = Tensor(rows: value.rows, columns: value.columns)
        accumulated = fresh
        return (fresh, 0)
    }

    /// The gradient as a place that may be added to, zero where nothing has contributed yet.
    func gradientToAddTo() -> Tensor {
        let (tensor, beta) = gradientTarget()
        if beta == 0 { tensor.fill(0) }
        return tensor
    }

    /// Adds `part` to the gradient. The variable may keep `part` itself, so the caller does not write to it afterwards.
    func accumulate(_ part: Tensor) {
        guard requiresGradient else { return }
        if let accumulated { accumulated.add(part) } else { accumulated = part }
    }

    /// Adds a `part` that others use as well: it is copied, never kept.
    func accumulate(copying part: Tensor) {
        guard requiresGradient else { return }
        if let accumulated { accumulated.add(part) } else { accumulated = part.copy() }
    }

    /// Starts the backward pass: d loss / d loss.
    func seed() { accumulated = Tensor(rows: value.rows, columns: value.columns, repeating: 1) }

    /// Gives an intermediate gradient's memory back once its operation has used it.
    func releaseGradient() {
        if ownsGradient { accumulated = nil }
    }
}
