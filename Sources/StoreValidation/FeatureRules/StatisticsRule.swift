import FeatureStore

/// The stored means and standard deviations are those of the training split.
final class StatisticsRule: FeatureRule {
    static let codes: [FindingCode] = [.foreignStatistics]

    private let store: StoreInspection
    private let training: UInt8?
    private var statistics = ColumnStatistics(width: 1)

    init(_ store: StoreInspection) {
        self.store = store
        training = store.splitNames?.firstIndex(of: "train").map { UInt8(clamping: $0) }
    }

    func begin(_ feature: FeatureInspection) {
        statistics = ColumnStatistics(width: feature.width)
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        guard let splits = store.utteranceSplits, rows.upperBound <= splits.count else { return }
        let width = statistics.mean.count
        for row in rows where splits[row] == training {
            let start = (row - rows.lowerBound) * width
            statistics.add(UnsafeBufferPointer(rebasing: values[start..<start + width]))
        }
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        let group = "\(StorePath.statistics)/\(feature.name)"
        guard store.groups.contains(group), store.utteranceSplits != nil else { return [] }
        let split = (try? store.file.readString(attribute: "fitted_on", of: group)) ?? "nothing it names"
        guard split == "train" else {
            return [Finding(.foreignStatistics, at: group, "the statistics were fitted on \(split)")]
        }
        let pairs = [
            (StorePath.mean(feature.name), statistics.mean),
            (StorePath.standardDeviation(feature.name), statistics.standardDeviation())
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
