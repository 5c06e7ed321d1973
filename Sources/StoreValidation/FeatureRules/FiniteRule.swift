/// No value is NaN or infinite.
final class FiniteRule: FeatureRule {
    static let codes: [FindingCode] = [.notANumber, .infinity]

    private let store: StoreInspection
    private var width = 1
    private var (nans, infinities) = ((count: 0, examples: [Example]()), (count: 0, examples: [Example]()))

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        width = feature.width
        (nans, infinities) = ((0, []), (0, []))
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        // Finite rows, the usual case, cost one pass of whole numbers: an exponent of ones means not finite.
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
        guard largest >= 0x7F80_0000 else { return }
        for (index, value) in values.enumerated() where !value.isFinite {
            let place = { [store, width] in
                store.example(row: rows.lowerBound + index / width, column: index % width, "\(value)")
            }
            if value.isNaN { add(&nans, place) } else { add(&infinities, place) }
        }
    }

    private func add(_ tally: inout (count: Int, examples: [Example]), _ place: () -> Example) {
        tally.count += 1
        if tally.examples.count < Finding.exampleLimit { tally.examples.append(place()) }
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        [(FindingCode.notANumber, nans, "NaN"), (.infinity, infinities, "infinite")].compactMap { code, tally, word in
            guard tally.count > 0 else { return nil }
            return Finding(
                code, at: feature.path, "\(tally.count) values are \(word)", count: tally.count,
                examples: tally.examples)
        }
    }
}
