import FeatureStore

/// Values beyond a million, or beyond ten standard deviations from their column's training mean.
final class OutlierRule: FeatureRule {
    static let codes: [FindingCode] = [.outlier]

    private static let limit: Float = 1e6
    private static let deviations = 10.0

    private let store: StoreInspection
    private var (low, high) = ([Float](), [Float]())

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        low = [Float](repeating: -Self.limit, count: feature.width)
        high = [Float](repeating: Self.limit, count: feature.width)
        guard let mean = column(StorePath.mean(feature.name), feature.width),
            let deviation = column(StorePath.standardDeviation(feature.name), feature.width)
        else { return }
        for index in mean.indices where deviation[index].isFinite && deviation[index] > 0 && mean[index].isFinite {
            low[index] = max(low[index], Float(mean[index] - Self.deviations * deviation[index]))
            high[index] = min(high[index], Float(mean[index] + Self.deviations * deviation[index]))
        }
    }

    private func column(_ path: String, _ width: Int) -> [Double]? {
        guard store.datasets[path]?.shape == [width], let dataset = try? store.file.openDataset(path) else {
            return nil
        }
        return try? dataset.readAll()
    }

    func part(of feature: FeatureInspection) -> PlaceTally { PlaceTally() }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ tally: inout PlaceTally) {
        let width = low.count
        for (index, isOutside) in values.rowsOutside(low, high).enumerated() where isOutside != 0 {
            for column in 0..<width {
                let value = values[index * width + column]
                // NaN fails both comparisons; infinity has a finding of its own.
                guard value < low[column] || value > high[column], value.isFinite else { continue }
                tally.add(value, row: rows.lowerBound + index, column: column)
            }
        }
    }

    func end(_ feature: FeatureInspection, _ parts: [PlaceTally]) -> [Finding] {
        let tally = PlaceTally.joined(parts)
        guard tally.count > 0 else { return [] }
        return [
            Finding(
                .outlier, at: feature.path,
                "\(tally.count) values lie beyond 1e6 or 10 standard deviations of their column", count: tally.count,
                examples: tally.first.map {
                    store.example(
                        row: $0.row, column: $0.column,
                        "\($0.value), expected \(low[$0.column]) to \(high[$0.column])")
                })
        ]
    }
}
