import CKernels
import Concurrency
import Foundation

/// The numbers of one AdamW step.
public struct AdamWRates: Sendable {
    let rates: ck_adamw_rates

    /// - Parameters:
    ///   - step: the number of the step, from 1 on; moments are corrected for having begun at 0.
    ///   - gradientScale: what every gradient is multiplied with first.
    public init(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int,
        gradientScale: Double = 1
    ) {
        rates = ck_adamw_rates(
            learning_rate: Float(learningRate), rest1: Float(1 - beta1), beta2: Float(beta2), rest2: Float(1 - beta2),
            epsilon: Float(epsilon), weight_decay: Float(weightDecay),
            correction1: Float(1 - pow(beta1, Double(step))), correction2: Float(1 - pow(beta2, Double(step))),
            gradient_scale: Float(gradientScale))
    }
}

extension Kernels {
    /// One AdamW step over arenas of one layout; gradients are set to 0.
    ///
    /// - Returns: the sum of the squared gradients before they are scaled, with the same bits for any number of threads
    public static func adamW(
        parameters: Tensor, gradients: Tensor, firstMoments: Tensor, secondMoments: Tensor, _ rates: AdamWRates
    ) -> Double {
        for other in [gradients, firstMoments, secondMoments] { check(other, parameters) }
        return sumOverBlocks(parameters.count) { first, count in
            kernels.adamw(
                parameters.pointer + first, gradients.pointer + first, firstMoments.pointer + first,
                secondMoments.pointer + first, count, rates.rates)
        }
    }

    /// The sum of the squares of all numbers, with the same bits for any number of threads.
    public static func sumOfSquares(_ x: Tensor) -> Double {
        sumOverBlocks(x.count) { first, count in kernels.sum_of_squares(x.pointer + first, count) }
    }

    /// Adds up what blocks of fixed size give, in their order.
    private static func sumOverBlocks(_ count: Int, _ body: (_ first: Int, _ count: Int) -> Double) -> Double {
        let block = 1 << 16
        var sums = [Double](repeating: 0, count: (count + block - 1) / block)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            nonisolated(unsafe) let body = body
            Compute.forEachRange(count, minimum: block) { range in
                for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                    sums[first / block] = body(first, min(block, range.upperBound - first))
                }
            }
        }
        return sums.reduce(0, +)
    }
}
