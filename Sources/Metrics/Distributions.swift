import Foundation

/// Tail probabilities that the paired tests need.
enum Distributions {
    /// P(|T| ≥ |t|) of Student's distribution.
    static func twoSidedStudent(_ t: Double, degrees: Double) -> Double {
        if t.isInfinite { return 0 }
        return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// P(X ≥ x) of the χ² distribution with one degree of freedom.
    static func chiSquared1(_ x: Double) -> Double { erfc((x / 2).squareRoot()) }

    /// P(|Z| ≥ |z|) of the standard normal distribution.
    static func twoSidedNormal(_ z: Double) -> Double { erfc(abs(z) / 2.squareRoot()) }

    /// P(X ≤ k) of n throws of a fair coin.
    static func fairCoin(_ k: Int, of n: Int) -> Double {
        // In logarithms: 2⁻ⁿ alone leaves the range of a double for n above 1074.
        let total = Double(n)
        let all: Double = lgamma(total + 1) - total * log(2)
        return (0...max(0, k)).reduce(0.0) { sum, heads in
            let count = Double(heads)
            let part: Double = lgamma(count + 1) + lgamma(total - count + 1)
            return sum + exp(all - part)
        }
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's method).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast on one side of the mean only.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        let tiny = 1e-300
        func safe(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var (c, d) = (1.0, 1 / safe(1 - (a + b) * x / (a + 1)))
        var fraction = d
        for m in 1...10_000 {
            let m = Double(m)
            for numerator in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 / safe(1 + numerator * d)
                c = safe(1 + numerator / c)
                fraction *= c * d
            }
            if abs(c * d - 1) < 1e-16 { break }
        }
        return front * fraction
    }
}
