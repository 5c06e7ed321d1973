import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): a small generator whose whole state is one number, for initial parameters and
/// the order of dialogues.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    /// The state; equal states give equal sequences.
    public var state: UInt64

    /// A generator for a seed and a stream: streams of one seed are unrelated.
    public init(seed: UInt64, stream: UInt64 = 0) {
        state = seed
        let first = next()
        state = first ^ (stream &* 0xD134_2543_DE82_EF95)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of [0, 1) with 24 random bits.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A number of the standard normal distribution, by Box and Muller's formula.
    public mutating func normal() -> Float {
        let u = (Double(next() >> 11) + 0.5) * 0x1p-53
        let v = Double(next() >> 11) * 0x1p-53
        return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
    }
}
