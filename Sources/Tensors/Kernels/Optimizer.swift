import CKernels
import Concurrency
import Foundation

/// The numbers of one AdamW step.
public struct AdamWRates: Sendable {
    let rates: ck_adamw_rates

    /// - Parameter step: the number of the step, from 1 on; moments are corrected for having begun at 0.
    public init(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int
    ) {
        rates = ck_adamw_rates(
            learning_rate: Float(learningRate), rest1: Float(1 - beta1), beta2: Float(beta2), rest2: Float(1 - beta2),
            epsilon: Float(epsilon), weight_decay: Float(weightDecay),
            correction1: Float(1 - pow(beta1, Double(step))), correction2: Float(1 - pow(beta2, Double(step))))
    }
}

extension Kernels {
    /// One AdamW step over arenas of one layout; gradients are set to 0.
    ///
    /// - Returns: the sum of the squared gradients, with the same bits for any number of threads
    public static func adamW(
        parameters: Tensor, gradients: Tensor, firstMoments: Tensor, secondMoments: Tensor, _ rates: AdamWRates
    ) -> Double {
        for other in [gradients, firstMoments, secondMoments] { check(other, parameters) }
        let count = parameters.count
        let block = 1 << 16
        var squares = [Double](repeating: 0, count: (count + block - 1) / block)
        squares.withUnsafeMutableBufferPointer { squares in
            nonisolated(unsafe) let squares = squares
            Compute.forEachRange(count, minimum: block) { range in
                for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                    squares[first / block] = ck_adamw(
                        parameters.pointer + first, gradients.pointer + first, firstMoments.pointer + first,
                        secondMoments.pointer + first, min(block, range.upperBound - first), rates.rates)
                }
            }
        }
        return squares.reduce(0, +)
    }
}
