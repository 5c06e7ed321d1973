/// Columns that say nothing: the same value in every row, or the same values as another column.
final class ColumnRule: FeatureRule {
    static let codes: [FindingCode] = [.constantColumn, .duplicateColumns]

    private var width = 1
    private var rows = 0
    private var first: [UInt32] = []
    private var varies: [Bool] = []
    /// A hash of each column's values from top to bottom.
    private var hashes: [UInt64] = []

    init(_ store: StoreInspection) {}

    func begin(_ feature: FeatureInspection) {
        width = feature.width
        rows = 0
        first = []
        varies = [Bool](repeating: false, count: width)
        hashes = [UInt64](repeating: 0xCBF2_9CE4_8422_2325, count: width)
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        if first.isEmpty { first = values.prefix(width).map(\.bitPattern) }
        first.withUnsafeBufferPointer { first in
            varies.withUnsafeMutableBufferPointer { varies in
                hashes.withUnsafeMutableBufferPointer { hashes in
                    var index = 0
                    for _ in rows {
                        for column in 0..<width {
                            let bits = values[index].bitPattern
                            varies[column] = varies[column] || bits != first[column]
                            // Multiply and fold; the fold lets high bits reach low ones.
                            let mixed = (hashes[column] ^ UInt64(bits)) &* 0x9E37_79B9_7F4A_7C15
                            hashes[column] = mixed ^ (mixed >> 29)
                            index += 1
                        }
                    }
                }
            }
        }
        self.rows += rows.count
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        // One row has nothing to vary over.
        guard rows > 1 else { return [] }
        var findings: [Finding] = []
        let constant = varies.indices.filter { !varies[$0] }
        if !constant.isEmpty {
            findings.append(
                Finding(
                    .constantColumn, at: feature.path,
                    "\(constant.count) of \(width) columns hold one value in all rows", count: constant.count,
                    examples: constant.prefix(Finding.exampleLimit).map {
                        Example(
                            "column \($0): \(Float(bitPattern: first[$0]))", dialogue: nil, utterance: nil, row: nil,
                            column: $0)
                    }))
        }
        var seen: [UInt64: Int] = [:]
        var copies: [Example] = []
        for column in varies.indices where varies[column] {
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
