import FeatureStore

/// No value is NaN or infinite.
final class FiniteRule: FeatureRule {
    static let codes: [FindingCode] = [.notANumber, .infinity]

    struct Part {
        let width: Int
        var nans = PlaceTally()
        var infinities = PlaceTally()
    }

    private let store: StoreInspection

    init(_ store: StoreInspection) { self.store = store }

    func part(of feature: FeatureInspection) -> Part { Part(width: feature.width) }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ part: inout Part) {
        guard !values.allFinite else { return }
        for (index, value) in values.enumerated() where !value.isFinite {
            let (row, column) = (rows.lowerBound + index / part.width, index % part.width)
            if value.isNaN {
                part.nans.add(value, row: row, column: column)
            } else {
                part.infinities.add(value, row: row, column: column)
            }
        }
    }

    func end(_ feature: FeatureInspection, _ parts: [Part]) -> [Finding] {
        let found = [
            (FindingCode.notANumber, PlaceTally.joined(parts.map(\.nans)), "NaN"),
            (.infinity, PlaceTally.joined(parts.map(\.infinities)), "infinite"),
        ]
        return found.compactMap { code, tally, word in
            guard tally.count > 0 else { return nil }
            return Finding(
                code, at: feature.path, "\(tally.count) values are \(word)", count: tally.count,
                examples: tally.first.map { store.example(row: $0.row, column: $0.column, "\($0.value)") })
        }
    }
}
