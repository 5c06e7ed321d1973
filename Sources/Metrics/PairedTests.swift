import Foundation

extension Collection where Element == Double {
    /// The arithmetic mean; NaN of nothing.
    public var mean: Double { reduce(0, +) / Double(count) }

    /// The standard deviation with the denominator n − 1; 0 of one number.
    public var standardDeviation: Double {
        guard count > 1 else { return 0 }
        let mean = mean
        return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
    }
}

/// What a test of two paired samples found.
public struct TestResult: Equatable, Sendable {
    /// The statistic: t, W, χ², or the smaller count of an exact test.
    package let statistic: Double
    /// The two-sided probability of such a statistic where nothing differs.
    public let p: Double
}

/// Tests of what belongs together in pairs: the scores of two models with the same seeds, their answers to the same utterances.
public enum PairedTests {
    /// Student's paired t-test. Nil for fewer than two pairs, and where all differences are the same.
    public static func t(_ a: [Double], _ b: [Double]) -> TestResult? {
        let differences = zip(a, b).map { $0 - $1 }
        let deviation = differences.standardDeviation
        guard differences.count > 1, deviation > 0 else { return nil }
        let t = differences.mean / (deviation / Double(differences.count).squareRoot())
        return TestResult(statistic: t, p: Distributions.twoSidedStudent(t, degrees: Double(differences.count - 1)))
    }

    /// The effect size of a paired comparison, Cohen's d_z: the mean of the differences over their standard deviation. Nil as for `t`.
    public static func effect(_ a: [Double], _ b: [Double]) -> Double? {
        let differences = zip(a, b).map { $0 - $1 }
        let deviation = differences.standardDeviation
        return differences.count > 1 && deviation > 0 ? differences.mean / deviation : nil
    }

    /// Wilcoxon's signed-rank test. Pairs without a difference are left out, as Wilcoxon did. Exact for up to 50 pairs without ties and
    /// without equal pairs; otherwise the normal approximation with the correction for ties. Nil where no pair differs.
    public static func wilcoxon(_ a: [Double], _ b: [Double]) -> TestResult? {
        let all = zip(a, b).map { $0 - $1 }
        let differences = all.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        let n = differences.count
        guard n > 0 else { return nil }
        var (positive, negative, ties, first) = (0.0, 0.0, 0.0, 0)
        while first < n {
            var end = first + 1
            while end < n, abs(differences[end]) == abs(differences[first]) { end += 1 }
            let (rank, size) = (Double(first + end + 1) / 2, Double(end - first))
            for difference in differences[first..<end] {
                if difference > 0 { positive += rank } else { negative += rank }
            }
            ties += size * size * size - size
            first = end
        }
        let statistic = Swift.min(positive, negative)
        if n <= 50, ties == 0, n == all.count {
            return TestResult(statistic: statistic, p: Swift.min(1, 2 * exactRankTail(Int(statistic), n)))
        }
        let count = Double(n)
        let variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48
        let z = (statistic - count * (count + 1) / 4) / variance.squareRoot()
        return TestResult(statistic: statistic, p: Distributions.twoSidedNormal(z))
    }

    /// P(W ≤ w) where each of the ranks 1…n is positive with probability ½.
    private static func exactRankTail(_ w: Int, _ n: Int) -> Double {
        // The number of sets of ranks with each sum; at most 2⁵⁰, which a double holds exactly.
        var ways = [Double](repeating: 0, count: n * (n + 1) / 2 + 1)
        ways[0] = 1
        for rank in 1...n {
            for sum in stride(from: ways.count - 1, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
        }
        return ways[0...w].reduce(0, +) / pow(2, Double(n))
    }

    /// McNemar's test of two models' answers to the same utterances: exact where fewer than 25 differ, else χ² with continuity
    /// correction. The counts are those of utterances that only the one model and only the other has right.
    public static func mcNemar(onlyFirst: Int, onlySecond: Int) -> TestResult {
        let (n, smaller) = (onlyFirst + onlySecond, min(onlyFirst, onlySecond))
        guard n >= 25 else {
            return TestResult(statistic: Double(smaller), p: min(1, 2 * Distributions.fairCoin(smaller, of: n)))
        }
        let distance = Double(max(0, abs(onlyFirst - onlySecond) - 1))
        let statistic = distance * distance / Double(n)
        return TestResult(statistic: statistic, p: Distributions.chiSquared1(statistic))
    }

    /// Holm's correction: p values that may be compared with one level although there are several, in the given order.
    public static func holm(_ p: [Double]) -> [Double] {
        var (adjusted, largest) = (p, 0.0)
        for (rank, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
            largest = max(largest, min(1, Double(p.count - rank) * p[index]))
            adjusted[index] = largest
        }
        return adjusted
    }
}
