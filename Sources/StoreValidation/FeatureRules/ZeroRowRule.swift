import FeatureStore

/// Rows of nothing but zeros: usually media that were missing.
final class ZeroRowRule: FeatureRule {
    static let codes: [FindingCode] = [.zeroRow]

    struct Part {
        let width: Int
        var zeros = PlaceTally()
    }

    private let store: StoreInspection

    init(_ store: StoreInspection) { self.store = store }

    func part(of feature: FeatureInspection) -> Part { Part(width: feature.width) }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ part: inout Part) {
        for (index, isPresent) in values.presentRows(width: part.width).enumerated() where isPresent == 0 {
            part.zeros.add(0, row: rows.lowerBound + index, column: 0)
        }
    }

    func end(_ feature: FeatureInspection, _ parts: [Part]) -> [Finding] {
        let zeros = PlaceTally.joined(parts.map(\.zeros))
        guard zeros.count > 0 else { return [] }
        return [
            Finding(
                .zeroRow, at: feature.path, "\(zeros.count) rows hold nothing but zeros", count: zeros.count,
                examples: zeros.first.map { store.example(row: $0.row) })
        ]
    }
}
