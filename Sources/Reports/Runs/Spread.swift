import Foundation
import Metrics

/// A figure of each run of a group.
struct Spread: Sendable {
    let values: [Double]

    init(_ values: [Double]) { self.values = values }

    var mean: Double { values.mean }
    /// With the denominator n − 1; nil of one run.
    var deviation: Double? { values.count > 1 ? values.standardDeviation : nil }

    /// A deviation below the mean and one above it.
    var ends: [Double] { [mean - (deviation ?? 0), mean + (deviation ?? 0)] }

    /// Mean and deviation, as tables show them.
    var text: String {
        String(format: "%.2f", mean) + (deviation.map { String(format: " ± %.2f", $0) } ?? "")
    }

    /// The same with four significant digits, for numbers that are no per cents.
    var weightText: String {
        String(format: "%.4g", mean) + (deviation.map { String(format: " ± %.2g", $0) } ?? "")
    }
}
