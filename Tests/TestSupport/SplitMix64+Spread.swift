public import Tensors

extension SplitMix64 {
    /// A number from about -1.7 to 1.7 with mean 0 and variance 1.
    public mutating func nextSpread() -> Float {
        Float((Double(next() >> 11) / Double(1 << 53) - 0.5) * 12.0.squareRoot())
    }
}
