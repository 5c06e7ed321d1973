import Tensors

/// The record of a forward pass: a few dozen coarse operations, each with what its backward needs.
///
/// One tape serves one forward and at most one backward pass. Operations are methods on it, one file each in `Operations/`.
public final class Tape {
    /// What a pass is for.
    public enum Mode: Sendable {
        /// Statistics are the running ones, nothing is dropped.
        case evaluation
        /// Batch statistics and dropout. The masks are a function of seed, step and the operation's place in the pass, so
        /// that a run continued from a checkpoint draws the same ones.
        case training(seed: UInt64, step: UInt64)
    }

    /// What this pass is for.
    public let mode: Mode
    /// The first operation whose result holds NaN or infinity, of a tape that watches for it.
    public private(set) var firstNonFinite: NonFiniteOperation?
    private let recording: Bool
    private let watching: Bool
    private let profile: PassProfile?
    private var nodes: [Node] = []
    private var masks: UInt64 = 0

    private struct Node {
        let output: GradientSlot
        /// Inputs whose values may be forgotten whenever they have been used.
        let remakeable: [Variable]
        let operation: String
        let backward: (Tensor) -> Void
    }

    /// A new, empty record.
    ///
    /// - Parameters:
    ///   - recording: whether a backward pass will follow; without it nothing is kept.
    ///   - watching: whether every result is looked through for NaN and infinity. It takes time, so a pass that went wrong is made again
    ///     with it.
    ///   - profile: is told how long every operation takes.
    public init(mode: Mode, recording: Bool = true, watching: Bool = false, profile: PassProfile? = nil) {
        self.mode = mode
        self.recording = recording
        self.watching = watching
        self.profile = profile
    }

    /// An operation of a forward pass with a result that is not finite.
    public struct NonFiniteOperation {
        /// The name of the operation, for example "linear".
        public let name: String
        /// Which operation of the pass it is, counted from 1.
        public let number: Int
        /// What it was computed from.
        public let inputs: [Variable]
        /// Whether all of these are finite, so that the operation itself left the range.
        public let hasFiniteInputs: Bool
    }
    private var operations = 0

    private func watch(_ value: Tensor, inputs: [Variable], operation: String) {
        guard watching else { return }
        operations += 1
        guard firstNonFinite == nil, !value.isFinite else { return }
        firstNonFinite = NonFiniteOperation(
            name: String(operation.prefix { $0 != "(" }), number: operations, inputs: inputs,
            hasFiniteInputs: inputs.allSatisfy { $0.value.isFinite })
    }

    /// Whether batch statistics and dropout are on.
    public var isTraining: Bool {
        if case .training = mode { true } else { false }
    }

    /// The key of the next dropout mask, or nil where nothing is dropped.
    func maskKey(probability: Float) -> UInt64? {
        precondition(probability >= 0 && probability < 1, "a dropout probability lies in [0, 1)")
        guard case .training(let seed, let step) = mode, probability > 0 else { return nil }
        masks += 1
        var generator = SplitMix64(seed: seed, stream: step)
        generator.state ^= masks &* 0x9E6C_63D0_876A_3F6B
        return generator.next()
    }

    /// Adds an operation: `backward` gets the gradient of `output` and passes it on to the operation's inputs.
    ///
    /// Nothing is recorded where no input wants a gradient.
    ///
    /// - Parameters:
    ///   - remake: computes `value` again, for outputs that are cheaper to make twice than to keep.
    ///   - operation: the method that computed it, by which it is named where it is not finite.
    func record(
        _ value: Tensor, inputs: [Variable], remake: (() -> Tensor)? = nil, operation: String = #function,
        backward: @escaping (Tensor) -> Void
    ) -> Variable {
        watch(value, inputs: inputs, operation: operation)
        profile?.lap(operation, isTraining ? .forward : .evaluation)
        guard recording, inputs.contains(where: \.requiresGradient) else {
            return Variable(value, requiresGradient: false)
        }
        let output = Variable(value, requiresGradient: true, remake: remake)
        let remakeable = inputs.filter(\.isRemakeable)
        nodes.append(Node(output: output.slot, remakeable: remakeable, operation: operation, backward: backward))
        remakeable.forEach { $0.forget() }
        return output
    }

    /// Runs the record backward from a scalar. Every operation's memory is given back as soon as it is no longer needed;
    /// gradients of parameters and of leaf variables stay.
    public func backward(from loss: Variable) {
        precondition(loss.value.count == 1, "backward starts from a scalar")
        backward(from: loss, gradient: Tensor(rows: loss.rows, columns: loss.columns, repeating: 1))
    }

    /// Runs the record backward from any value whose gradient is known; otherwise as from a scalar.
    ///
    /// - Parameter gradient: d loss / d output, of output's shape. Operations may work in its memory.
    public func backward(from output: Variable, gradient: Tensor) {
        precondition(gradient.rows == output.rows && gradient.columns == output.columns)
        output.slot.accumulate(gradient)
        while let node = nodes.popLast() {
            if let gradient = node.output.gradient {
                node.backward(gradient)
                node.remakeable.forEach { $0.forget() }
            }
            node.output.release()
            profile?.lap(node.operation, .backward)
        }
    }
}
