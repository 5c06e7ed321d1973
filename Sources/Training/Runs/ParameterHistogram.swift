import NeuralNetworks
import Tensors

/// How the numbers of a parameter, or those of its gradient, are spread.
public struct ParameterHistogram: Sendable {
    /// Bins of equal width: as many as TensorBoard draws.
    static let bins = 30

    /// `weights/` or `gradients/`, and the parameter's name.
    let tag: String
    let range: ClosedRange<Double>
    let count: Int
    let sum: Double
    let sumOfSquares: Double
    /// How many numbers lie in each bin of the range.
    let counts: [Int]

    /// - Parameter values: What is not finite is left out.
    init(_ tag: String, _ values: some Collection<Float>) {
        var (low, high, count, sum, squares) = (Float.infinity, -Float.infinity, 0, 0.0, 0.0)
        for value in values where value.isFinite {
            (low, high) = (min(low, value), max(high, value))
            count += 1
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        let ends = count > 0 ? Double(low)...Double(high) : 0...0
        let scale = Double(Self.bins) / (ends.upperBound - ends.lowerBound)
        var counts = [Int](repeating: 0, count: Self.bins)
        for value in values where value.isFinite {
            // Where all are equal, the scale is infinite.
            let place = value > low ? (Double(value) - ends.lowerBound) * scale : 0
            counts[min(Int(place), Self.bins - 1)] += 1
        }
        (self.tag, range, self.count, self.sum, sumOfSquares, self.counts) = (tag, ends, count, sum, squares, counts)
    }

    /// The upper end of a bin.
    func limit(_ bin: Int) -> Double {
        bin == Self.bins - 1
            ? range.upperBound
            : range.lowerBound + (range.upperBound - range.lowerBound) * Double(bin + 1) / Double(Self.bins)
    }

    /// A histogram for each parameter, of its values or of an arena like theirs.
    static func all(_ prefix: String, of parameters: ParameterStore, in arena: Tensor) -> [ParameterHistogram] {
        zip(parameters.entries, parameters.offsets).map { entry, offset in
            ParameterHistogram("\(prefix)/\(entry.name)", arena.values[offset..<offset + entry.count])
        }
    }
}
