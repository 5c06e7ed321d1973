import Tensors
import Testing

@Suite struct RandomNumbersTests {
    private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
    }

    /// Published outputs of SplitMix64 for the state 1234567.
    @Test func knownSequence() {
        var generator = SplitMix64(seed: 0)
        generator.state = 1_234_567
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test(arguments: [1, 2, 77] as [UInt64])
    func uniformNumbers(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let values = (0..<40_000).map { _ in Double(generator.uniform()) }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        let (mean, variance) = moments(values)
        // Five standard errors.
        let standardError = (1.0 / 12 / 40_000).squareRoot()
        #expect(abs(mean - 0.5) < 5 * standardError)
        #expect(abs(variance - 1.0 / 12) < 0.002)
        let tenths = values.reduce(into: [Int](repeating: 0, count: 10)) { $0[Int($1 * 10)] += 1 }
        #expect(tenths.allSatisfy { abs($0 - 4000) < 320 })
    }

    @Test(arguments: [1, 2, 77] as [UInt64])
    func normalNumbers(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let values = (0..<40_000).map { _ in Double(generator.normal()) }
        #expect(values.allSatisfy { $0.isFinite })
        let (mean, variance) = moments(values)
        #expect(abs(mean) < 0.025)
        #expect(abs(variance - 1) < 0.04)
        #expect(abs(Double(values.count { abs($0) < 1 }) / 40_000 - 0.6827) < 0.012)
        #expect(abs(Double(values.count { abs($0) < 2 }) / 40_000 - 0.9545) < 0.006)
    }

    @Test func seedsAndStreams() {
        func first(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
            var generator = SplitMix64(seed: seed, stream: stream)
            return (0..<4).map { _ in generator.next() }
        }
        #expect(first(5, 3) == first(5, 3))
        let all = (0..<20 as Range<UInt64>).flatMap { seed in (0..<20 as Range<UInt64>).flatMap { first(seed, $0) } }
        #expect(Set(all).count == all.count)
    }

    /// Neighbouring streams of one seed are not correlated.
    @Test func streamsAreUnrelated() {
        var a = SplitMix64(seed: 9, stream: 1)
        var b = SplitMix64(seed: 9, stream: 2)
        let products = (0..<20_000).map { _ in Double(a.uniform() - 0.5) * Double(b.uniform() - 0.5) }
        let mean = products.reduce(0, +) / 20_000
        let standardError = 1 / (12 * 20_000.0.squareRoot())
        #expect(abs(mean) < 5 * standardError)
    }
}
