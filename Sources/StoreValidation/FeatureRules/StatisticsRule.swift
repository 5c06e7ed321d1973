import FeatureStore

/// The stored means and standard deviations are those of the training split.
final class StatisticsRule: FeatureRule {
    static let codes: [FindingCode] = [.foreignStatistics]

    private let store: StoreInspection
    private let training: UInt8?
    private let splits: [UInt8]?

    init(_ store: StoreInspection) {
        self.store = store
        training = store.splitNames?.firstIndex(of: "train").map { UInt8(clamping: $0) }
        splits = store.utteranceSplits
    }

    func part(of feature: FeatureInspection) -> ColumnStatistics { ColumnStatistics(width: feature.width) }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ statistics: inout ColumnStatistics) {
        guard let splits, rows.upperBound <= splits.count else { return }
        let width = statistics.mean.count
        // Stretches of training rows.
        var row = rows.lowerBound
        while row < rows.upperBound {
            let begin = row
            let trains = splits[begin] == training
            repeat { row += 1 } while row < rows.upperBound && (splits[row] == training) == trains
            guard trains else { continue }
            let own = (begin - rows.lowerBound) * width..<(row - rows.lowerBound) * width
            statistics.add(UnsafeBufferPointer(rebasing: values[own]))
        }
    }

    func end(_ feature: FeatureInspection, _ parts: [ColumnStatistics]) -> [Finding] {
        var statistics = ColumnStatistics(width: feature.width)
        for part in parts { statistics.add(part) }
        let group = "\(StorePath.statistics)/\(feature.name)"
        guard store.groups.contains(group), splits != nil else { return [] }
        let split = (try? store.file.readString(attribute: "fitted_on", of: group)) ?? "nothing it names"
        guard split == "train" else {
            return [Finding(.foreignStatistics, at: group, "the statistics were fitted on \(split)")]
        }
        let pairs = [
            (StorePath.mean(feature.name), statistics.mean),
            (StorePath.standardDeviation(feature.name), statistics.standardDeviation()),
        ]
        for (path, expected) in pairs {
            guard store.datasets[path]?.shape == [feature.width],
                let stored = try? store.file.openDataset(path).readAll(as: Double.self)
            else { continue }
            // Another writer may add in another order; NaN features have NaN statistics.
            let column = expected.indices.first { index in
                let tolerance = 1e-6 * max(1e-3, abs(expected[index]))
                return abs(stored[index] - expected[index]) > tolerance
                    || stored[index].isFinite != expected[index].isFinite
            }
            guard let column else { continue }
            return [
                Finding(
                    .foreignStatistics, at: path,
                    "column \(column) says \(stored[column]), but the training rows give \(expected[column])")
            ]
        }
        return []
    }
}
