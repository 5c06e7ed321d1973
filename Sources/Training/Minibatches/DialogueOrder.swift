import Tensors

/// The order in which an epoch visits its dialogues: a pure function of seed and epoch.
///
/// A resumed run needs no generator state for it, and the order of epoch 7 is the same whether or not epochs 1 to 6 ran in this process.
public enum DialogueOrder {
    /// `0..<count` in the order of `epoch`: shuffled by Fisher and Yates' method, or as it is.
    public static func indices(count: Int, seed: UInt64, epoch: Int, shuffled: Bool) -> [Int] {
        var order = Array(0..<count)
        guard shuffled, count > 1 else { return order }
        var generator = SplitMix64(seed: seed, stream: orderStreams + UInt64(epoch))
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, generator.below(last + 1))
        }
        return order
    }

    /// The dropout masks use the streams 0, 1, 2, … of the same seed, one per step.
    private static let orderStreams: UInt64 = 1 << 62

    /// `order` cut into runs of `size`; the last may be shorter, as PyTorch's loader leaves it.
    public static func batches(_ order: [Int], size: Int) -> [[Int]] {
        precondition(size > 0, "a batch holds at least one dialogue")
        return stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
    }
}

extension SplitMix64 {
    /// A number in `0..<bound`, without bias (Lemire's multiplication with rejection).
    ///
    /// Swift's own `Int.random(in:using:)` may change its algorithm between versions, and with it the order of every published seed.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "nothing lies below \(bound)")
        let range = UInt64(bound)
        let threshold = (0 &- range) % range
        while true {
            let product = next().multipliedFullWidth(by: range)
            if product.low >= threshold { return Int(product.high) }
        }
    }
}
