import FeatureStore

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
