import FeatureStore

extension FindingCode {
    package static let notANumber = FindingCode(
        "E030", title: "NaN",
        hint: "Mend or remove these values in the source file and convert again; training would spread them.")
    package static let infinity = FindingCode("E031", title: "infinity", hint: notANumber.hint)
}

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

extension FindingCode {
    package static let outlier = FindingCode(
        "W113", title: "extreme values",
        hint: "Look at these values in the source file; normalise them if they are meant.")
}

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

extension FindingCode {
    package static let zeroRow = FindingCode(
        "W110", title: "all-zero rows", hint: "Usually missing media; a model sees them as silence.")
}

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

extension FindingCode {
    package static let lostPrecision = FindingCode(
        "W114", title: "precision lost", hint: "The source holds float64; the store keeps float32, as training does.")
}

/// Values that rounding to float32 changed, as the writer counted them.
struct PrecisionRule: Rule {
    static let codes: [FindingCode] = [.lostPrecision]

    func findings(in store: StoreInspection) throws -> [Finding] {
        store.features.compactMap { feature in
            let changed = (try? store.file.readInteger(attribute: "inexact_values", of: feature.path)) ?? 0
            guard changed > 0 else { return nil }
            let source = (try? store.file.readString(attribute: "source_dtype", of: feature.path)) ?? "its source type"
            return Finding(
                .lostPrecision, at: feature.path, "\(changed) values changed when \(source) was rounded to float32",
                count: changed)
        }
    }
}

/// How many values of a feature are of some kind, and where the first few of them stand.
struct PlaceTally {
    struct Place {
        var row: Int
        var column: Int
        var value: Float
    }

    private(set) var count = 0
    private(set) var first: [Place] = []

    /// Adds a value behind those added before.
    mutating func add(_ value: Float, row: Int, column: Int) {
        count += 1
        if first.count < Finding.exampleLimit { first.append(Place(row: row, column: column, value: value)) }
    }

    /// The tallies of several threads as one.
    static func joined(_ tallies: [PlaceTally]) -> PlaceTally {
        var all = PlaceTally()
        all.count = tallies.reduce(0) { $0 + $1.count }
        let places = tallies.flatMap(\.first).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        all.first = Array(places.prefix(Finding.exampleLimit))
        return all
    }
}
