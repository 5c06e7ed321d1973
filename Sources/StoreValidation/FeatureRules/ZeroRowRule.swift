/// Rows of nothing but zeros: usually media that were missing.
final class ZeroRowRule: FeatureRule {
    static let codes: [FindingCode] = [.zeroRow]

    private let store: StoreInspection
    private var width = 1
    private var rows: [Int] = []

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        width = feature.width
        rows = []
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        for row in rows {
            let start = (row - rows.lowerBound) * width
            if values[start..<start + width].allSatisfy({ $0 == 0 }) { self.rows.append(row) }
        }
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        guard !rows.isEmpty else { return [] }
        return [
            Finding(
                .zeroRow, at: feature.path, "\(rows.count) rows hold nothing but zeros", count: rows.count,
                examples: rows.prefix(Finding.exampleLimit).map { store.example(row: $0) })
        ]
    }
}
