import FeatureStore

/// Values beyond a million, or beyond ten standard deviations from their column's training mean.
final class OutlierRule: FeatureRule {
    static let codes: [FindingCode] = [.outlier]

    private static let limit: Float = 1e6
    private static let deviations = 10.0

    private let store: StoreInspection
    private var (low, high) = ([Float](), [Float]())
    private var count = 0
    private var examples: [Example] = []

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        (count, examples) = (0, [])
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

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        let width = low.count
        low.withUnsafeBufferPointer { low in
            high.withUnsafeBufferPointer { high in
                for row in 0..<rows.count {
                    // One pass without branches says of most rows that there is nothing in them.
                    var outside: UInt32 = 0
                    for column in 0..<width {
                        let value = values[row * width + column]
                        outside |= (value < low[column] ? 1 : 0) | (value > high[column] ? 1 : 0)
                    }
                    guard outside != 0 else { continue }
                    for column in 0..<width {
                        let value = values[row * width + column]
                        // NaN fails both comparisons and has a finding of its own.
                        guard value < low[column] || value > high[column], value.isFinite else { continue }
                        count += 1
                        guard examples.count < Finding.exampleLimit else { continue }
                        examples.append(
                            store.example(
                                row: rows.lowerBound + row, column: column,
                                "\(value), expected \(low[column]) to \(high[column])"))
                    }
                }
            }
        }
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        guard count > 0 else { return [] }
        return [
            Finding(
                .outlier, at: feature.path, "\(count) values lie beyond 1e6 or 10 standard deviations of their column",
                count: count, examples: examples)
        ]
    }
}
