/// Columns that say nothing: the same value in every row, or the same values as another column.
final class ColumnRule: FeatureRule {
    static let codes: [FindingCode] = [.constantColumn, .duplicateColumns]

    private var width = 1
    private var rows = 0
    private var first: [UInt32] = []
    /// The bits in which each column's values differ from its first.
    private var differences: [UInt32] = []
    /// A hash of each column's values from top to bottom: their sum, each row with its own random weight.
    private var hashes: [UInt64] = []
    private var weight: UInt64 = 0

    init(_ store: StoreInspection) {}

    func begin(_ feature: FeatureInspection) {
        width = feature.width
        rows = 0
        first = []
        differences = [UInt32](repeating: 0, count: width)
        hashes = [UInt64](repeating: 0, count: width)
        weight = 0x9E37_79B9_7F4A_7C15
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        let width = width
        var weight = weight
        defer { self.weight = weight }
        if first.isEmpty { first = values.prefix(width).map(\.bitPattern) }
        first.withUnsafeBufferPointer { first in
            differences.withUnsafeMutableBufferPointer { differences in
                hashes.withUnsafeMutableBufferPointer { hashes in
                    var index = 0
                    for _ in rows {
                        for column in 0..<width {
                            let bits = values[index].bitPattern
                            differences[column] |= bits ^ first[column]
                            hashes[column] &+= UInt64(bits) &* weight
                            index += 1
                        }
                        // xorshift64: the next row's weight.
                        weight ^= weight << 13
                        weight ^= weight >> 7
                        weight ^= weight << 17
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
        let constant = differences.indices.filter { differences[$0] == 0 }
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
