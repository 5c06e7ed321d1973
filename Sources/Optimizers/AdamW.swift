import CKernels
import Foundation
import NeuralNetworks
import Synchronization
import Tensors

/// AdamW (Loshchilov and Hutter, 2019) with decoupled weight decay, as PyTorch computes it, in one pass over the arenas.
public final class AdamW {
    /// The settings; all but the learning rate keep PyTorch's values unless set.
    public struct Configuration: Sendable, Equatable {
        /// Step size.
        public var learningRate: Double
        /// Decay of the first moment.
        public var beta1 = 0.9
        /// Decay of the second moment.
        public var beta2 = 0.999
        /// Added to the root of the second moment.
        public var epsilon = 1e-8
        /// Share of every parameter, times the learning rate, that a step takes away.
        public var weightDecay: Double

        /// Settings for a learning rate; VUEMO's weight decay is 3e-5.
        public init(learningRate: Double, weightDecay: Double = 3e-5) {
            self.learningRate = learningRate
            self.weightDecay = weightDecay
        }
    }

    /// Settings; may change between steps.
    public var configuration: Configuration
    /// First moments, laid out as the parameters' arena.
    public let firstMoments: Tensor
    /// Second moments, laid out as the parameters' arena.
    public let secondMoments: Tensor
    /// Steps taken.
    public var stepCount = 0
    private let parameters: ParameterStore

    /// An optimiser with moments of 0.
    public init(_ parameters: ParameterStore, configuration: Configuration) {
        self.parameters = parameters
        self.configuration = configuration
        firstMoments = Tensor(rows: 1, columns: parameters.values.count, repeating: 0)
        secondMoments = Tensor(rows: 1, columns: parameters.values.count, repeating: 0)
    }

    /// Takes one step along the gradients and sets them to 0.
    /// - Returns: The norm of all gradients before the step, √Σ g²: NaN or infinite where any of them is.
    @discardableResult
    public func step() -> Double {
        stepCount += 1
        let c = configuration
        let correction1 = 1 - pow(c.beta1, Double(stepCount))
        let correction2 = 1 - pow(c.beta2, Double(stepCount))
        let p = parameters.values.pointer
        let g = parameters.gradients.pointer
        let m = firstMoments.pointer
        let v = secondMoments.pointer
        // The ranges' parts are added in the order in which threads end, which can show in the last digit of the norm only.
        let squares = Mutex(0.0)
        Compute.forEachRange(parameters.values.count, minimum: 1 << 16) { range in
            let i = range.lowerBound
            let part = ck_adamw(
                p + i, g + i, m + i, v + i, range.count, Float(c.learningRate), Float(1 - c.beta1), Float(c.beta2),
                Float(1 - c.beta2), Float(c.epsilon), Float(c.weightDecay), Float(correction1), Float(correction2))
            squares.withLock { $0 += part }
        }
        return squares.withLock { $0 }.squareRoot()
    }
}
