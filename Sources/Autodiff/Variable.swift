import Synchronization
import Tensors

/// A value in a computation, and the place of its gradient.
///
/// An operation's backward keeps the value of an input only if it needs it; otherwise it keeps the input's `slot` alone, and the
/// value's memory is used again before the pass is over. A value that is cheap to make again may be forgotten once its consumer
/// has used it, and is remade for the consumer's backward.
public final class Variable {
    /// The numbers.
    public var value: Tensor { stored ?? remade!.value }
    /// Where the gradient of the loss with respect to the value is collected.
    let slot: GradientSlot
    private let stored: Tensor?
    private let remade: RemadeValue?

    /// A value whose gradient is kept from the backward pass until the tape lets go of it.
    public convenience init(_ value: Tensor, requiresGradient: Bool = true) {
        self.init(value, requiresGradient: requiresGradient, remake: nil)
    }

    /// A value that `remake`, if there is one, computes again with the same bits.
    init(_ value: Tensor, requiresGradient: Bool, remake: (() -> Tensor)?) {
        stored = remake == nil ? value : nil
        remade = remake.map { RemadeValue(value, make: $0) }
        slot = GradientSlot(rows: value.rows, columns: value.columns, requiresGradient: requiresGradient)
    }

    /// A parameter: its gradients are added to `gradient`, which outlives the tape.
    public init(parameter value: Tensor, gradient: Tensor) {
        precondition(value.count == gradient.count)
        stored = value
        remade = nil
        slot = GradientSlot(addingTo: gradient)
    }

    /// A value without gradient: features, for example.
    public static func constant(_ value: Tensor) -> Variable { Variable(value, requiresGradient: false) }

    /// Rows of the value.
    public var rows: Int { slot.rows }
    /// Columns of the value.
    public var columns: Int { slot.columns }
    /// Whether a gradient is wanted here: false for data.
    public var requiresGradient: Bool { slot.requiresGradient }
    /// The gradient, if anything has contributed to it.
    public var gradient: Tensor? { slot.gradient }

    /// Whether the value can be made again.
    var isRemakeable: Bool { remade != nil }
    /// Whether the value is in memory.
    var isAtHand: Bool { remade?.isAtHand ?? true }
    /// Gives the value's memory back, if it can be made again.
    func forget() { remade?.forget() }
}

/// A value that is forgotten and made again, with the same bits, by whoever asks for it next.
private final class RemadeValue: Sendable {
    private let current: Mutex<Tensor?>
    private nonisolated(unsafe) let make: () -> Tensor

    init(_ value: Tensor, make: @escaping () -> Tensor) {
        current = Mutex(value)
        self.make = make
    }

    var value: Tensor {
        current.withLock { current in
            let value = current ?? make()
            current = value
            return value
        }
    }

    var isAtHand: Bool { current.withLock { $0 != nil } }

    func forget() { current.withLock { $0 = nil } }
}

/// The place of a variable's gradient: empty until the first contribution of a backward pass.
final class GradientSlot {
    let rows: Int
    let columns: Int
    /// Whether a gradient is wanted here.
    let requiresGradient: Bool
    private(set) var gradient: Tensor?
    private let isParameter: Bool

    init(rows: Int, columns: Int, requiresGradient: Bool) {
        self.rows = rows
        self.columns = columns
        self.requiresGradient = requiresGradient
        isParameter = false
    }

    /// The slot of a parameter, which always has its part of the arena.
    init(addingTo gradient: Tensor) {
        rows = gradient.rows
        columns = gradient.columns
        requiresGradient = true
        self.gradient = gradient
        isParameter = true
    }

    /// Where a backward adds its part: `beta` is 0 for the first contribution, which overwrites, then 1.
    func target() -> (tensor: Tensor, beta: Float) {
        if let gradient { return (gradient, 1) }
        let fresh = Tensor(rows: rows, columns: columns)
        gradient = fresh
        return (fresh, 0)
    }

    /// The gradient as a place that may be added to, zero where nothing has contributed yet.
    func toAddTo() -> Tensor {
        let (tensor, beta) = target()
        if beta == 0 { tensor.fill(0) }
        return tensor
    }

    /// Adds `part`. The slot may keep `part` itself, so the caller does not write to it afterwards.
    func accumulate(_ part: Tensor) {
        guard requiresGradient else { return }
        if let gradient { gradient.add(part) } else { gradient = part }
    }

    /// Adds a `part` that others use as well: it is copied, never kept.
    func accumulate(copying part: Tensor) {
        guard requiresGradient else { return }
        if let gradient { gradient.add(part) } else { gradient = part.copy() }
    }

    /// Gives an intermediate gradient's memory back once its operation has used it.
    func release() {
        if !isParameter { gradient = nil }
    }
}
