import FeatureStore

extension FindingCode {
    package static let constantColumn = FindingCode(
        "W111", title: "constant columns", hint: "Harmless, but these columns tell a model nothing.")
    package static let duplicateColumns = FindingCode("W112", title: "duplicate columns", hint: constantColumn.hint)
}

/// Columns that say nothing: the same value in every row, or the same values as another column.
final class ColumnRule: FeatureRule {
    static let codes: [FindingCode] = [.constantColumn, .duplicateColumns]

    struct Part {
        var rows = 0
        var columns: ColumnDifferences
    }

    init(_ store: StoreInspection) {}

    func part(of feature: FeatureInspection) -> Part { Part(columns: ColumnDifferences(width: feature.width)) }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ part: inout Part) {
        part.rows += rows.count
        part.columns.add(values, from: rows.lowerBound)
    }

    func end(_ feature: FeatureInspection, _ parts: [Part]) -> [Finding] {
        let width = feature.width
        let rows = parts.reduce(0) { $0 + $1.rows }
        let columns = parts.reduce(into: ColumnDifferences(width: width)) { $0.add($1.columns) }
        let (differences, hashes) = (columns.differences, columns.hashes)
        // One row has nothing to vary over.
        guard rows > 1 else { return [] }
        var findings: [Finding] = []
        let constant = differences.indices.filter { differences[$0] == 0 }
        if !constant.isEmpty {
            findings.append(
                Finding(
                    .constantColumn, at: feature.path,
                    "\(constant.count) of \(width) columns hold one value in all rows", count: constant.count,
                    examples: constant.prefix(Finding.exampleLimit).map {
                        Example(
                            "column \($0): \(columns.first[$0])", dialogue: nil, utterance: nil, row: nil,
                            column: $0)
                    }))
        }
        var seen: [UInt64: Int] = [:]
        var copies: [Example] = []
        for column in differences.indices where differences[column] != 0 {
            if let original = seen[hashes[column]] {
                copies.append(
                    Example(
                        "column \(column) repeats column \(original)", dialogue: nil, utterance: nil, row: nil,
                        column: column))
            } else {
                seen[hashes[column]] = column
            }
        }
        if !copies.isEmpty {
            findings.append(
                Finding(
                    .duplicateColumns, at: feature.path, "\(copies.count) of \(width) columns repeat another",
                    count: copies.count, examples: copies))
        }
        return findings
    }
}

extension FindingCode {
    package static let foreignStatistics = FindingCode(
        "W105", title: "statistics not from train",
        hint: "Statistics over other splits leak them into training; convert again.")
}

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
