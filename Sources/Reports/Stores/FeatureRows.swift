import FeatureStore
import Foundation

/// One pass over the rows of a feature: their norms, and which are equal.
struct FeatureRows {
    /// The Euclidean norm of each row that is finite.
    private(set) var norms: [(row: Int, norm: Double)] = []
    /// Rows with NaN or infinity.
    private(set) var nonFinite = 0
    /// Rows of zeros only: what some projects write for a missing face or voice.
    private(set) var zeros = 0
    /// Rows that are bit for bit equal to an earlier one, without those of zeros.
    private(set) var repeated = 0
    /// Of them, those of another split than the earlier one.
    private(set) var repeatedAcrossSplits = 0

    /// About so many bytes are held at once.
    private static let pieceBytes = 4 << 20

    /// - Parameter splits: The split of each row, -1 for none.
    init(_ feature: FeatureDescription, of store: Store, splits: [Int32]) throws {
        let step = max(1, Self.pieceBytes / (4 * max(1, feature.width)))
        var buffer = [Float](repeating: 0, count: min(step, store.utteranceCount) * feature.width)
        var hashes = [UInt64](repeating: 0, count: min(step, store.utteranceCount))
        var seen: [UInt64: Int32] = [:]
        norms.reserveCapacity(store.utteranceCount)
        for start in stride(from: 0, to: store.utteranceCount, by: step) {
            let rows = start..<min(start + step, store.utteranceCount)
            try buffer.withUnsafeMutableBufferPointer { buffer in
                let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * feature.width)])
                try store.readRows(of: feature.name, rows, into: values)
                hashes.withUnsafeMutableBufferPointer {
                    UnsafeBufferPointer(values).hashRows(
                        width: feature.width, into: UnsafeMutableBufferPointer(rebasing: $0[..<rows.count]))
                }
                for row in rows {
                    let first = (row - start) * feature.width
                    add(
                        row, UnsafeBufferPointer(rebasing: buffer[first..<first + feature.width]), hashes[row - start],
                        splits[row], &seen)
                }
            }
        }
    }

    private mutating func add(
        _ row: Int, _ values: UnsafeBufferPointer<Float>, _ hash: UInt64, _ split: Int32, _ seen: inout [UInt64: Int32]
    ) {
        let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard sum.isFinite else {
            nonFinite += 1
            return
        }
        norms.append((row, sum.squareRoot()))
        if sum == 0 {
            zeros += 1
        } else if let earlier = seen[hash] {
            repeated += 1
            if earlier != split { repeatedAcrossSplits += 1 }
        } else {
            seen[hash] = split
        }
    }

    /// The middle norm; nil without finite rows.
    var median: Double? { Self.middle(norms.map(\.norm)) }

    /// Rows whose norm lies more than six robust standard deviations from the median (1.4826 times the median distance from it), the
    /// farthest first; none where more than half of the norms are equal.
    var outliers: [(row: Int, norm: Double)] {
        guard let median, let distance = Self.middle(norms.map { abs($0.norm - median) }), distance > 0 else {
            return []
        }
        return norms.filter { abs($0.norm - median) > 6 * 1.4826 * distance }
            .sorted { (abs($1.norm - median), $0.row) < (abs($0.norm - median), $1.row) }
    }

    private static func middle(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
