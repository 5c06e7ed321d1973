import Configuration
import NeuralNetworks
import Tensors

/// The settings of AdamW: the keys under `optimizer`. All but learning rate and weight decay have PyTorch's defaults.
public struct AdamWKeys: KeyGroup {
    public let learningRate = Key(1e-4, "The step size.", "a number of at least 0") { $0 >= 0 }
    public let weightDecay = Key(
        3e-5, "The share of every parameter, times the learning rate, that a step takes away.", "a number of at least 0"
    ) { $0 >= 0 }
    public let beta1 = Key(0.9, "The decay of the first moment.", "a number from 0 to below 1") { (0..<1).contains($0) }
    public let beta2 = Key(0.999, "The decay of the second moment.", "a number from 0 to below 1") {
        (0..<1).contains($0)
    }
    public let epsilon = Key(1e-8, "What is added to the root of the second moment.", "a number above 0") { $0 > 0 }
    public let clipNorm = Key(
        0.0, "The largest norm of all gradients together; larger ones are scaled down to it. 0 for none.",
        "a number of at least 0"
    ) { $0 >= 0 }
    package let schedule = Key(
        LearningRateSchedule.constant,
        "How the step size changes over the run: constant; linear or cosine down to finalRate; plateau, cut where the score stops rising."
    )
    public let warmupEpochs = Key(
        0.0, "Epochs over which the step size first rises linearly from 0.", "a number of at least 0"
    ) { $0 >= 0 }
    public let finalRate = Key(
        0.0, "The share of the step size that linear and cosine end with.", "a number from 0 to 1"
    ) { (0...1).contains($0) }
    public let plateauFactor = Key(
        0.1, "What plateau multiplies the step size with.", "a number above 0 and below 1"
    ) { $0 > 0 && $0 < 1 }
    public let plateauPatience = Key(
        10, atLeast: 0, "Epochs without a better score that plateau waits before it cuts the step size.")

    public static let table = KeyTable(AdamWKeys())
}

extension Settings where Keys == AdamWKeys {
    /// Settings for a learning rate; VUEMO's weight decay is 3e-5.
    public init(learningRate: Double, weightDecay: Double = 3e-5) {
        self.init()
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }
}

/// AdamW (Loshchilov and Hutter, 2019) with decoupled weight decay, as PyTorch computes it, in one pass over the arenas.
public final class AdamW {
    /// Settings; may change between steps.
    public var settings: Settings<AdamWKeys>
    /// First moments, laid out as the parameters' arena.
    public let firstMoments: Tensor
    /// Second moments, laid out as the parameters' arena.
    public let secondMoments: Tensor
    /// Steps taken.
    public var stepCount = 0
    private let parameters: ParameterStore

    /// An optimiser with moments of 0.
    public init(_ parameters: ParameterStore, _ settings: Settings<AdamWKeys>) {
        self.parameters = parameters
        self.settings = settings
        firstMoments = Tensor(rows: 1, columns: parameters.values.count, repeating: 0)
        secondMoments = Tensor(rows: 1, columns: parameters.values.count, repeating: 0)
    }

    /// Takes one step along the gradients and sets them to 0.
    /// - Parameter learningRate: The step size; nil for that of the settings.
    /// - Returns: The norm of all gradients before the step and before clipping, √Σ g²: NaN or infinite where any of them is.
    @discardableResult
    public func step(learningRate: Double? = nil) -> Double {
        stepCount += 1
        var scale = 1.0
        if settings.clipNorm > 0 {
            // As PyTorch's clip_grad_norm_. A norm that is no number scales nothing, and is returned below.
            let norm = Kernels.sumOfSquares(parameters.gradients).squareRoot()
            scale = min(1, settings.clipNorm / (norm + 1e-6))
        }
        let rates = AdamWRates(
            learningRate: learningRate ?? settings.learningRate, beta1: settings.beta1, beta2: settings.beta2,
            epsilon: settings.epsilon, weightDecay: settings.weightDecay, step: stepCount, gradientScale: scale)
        return Kernels.adamW(
            parameters: parameters.values, gradients: parameters.gradients, firstMoments: firstMoments,
            secondMoments: secondMoments, rates
        ).squareRoot()
    }
}
