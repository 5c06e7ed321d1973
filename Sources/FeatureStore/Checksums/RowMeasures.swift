internal import CStorage

/// What is measured on feature rows as they pass, at the speed of memory.
extension UnsafeBufferPointer<Float> {
    /// Whether no value is NaN or infinite.
    package var allFinite: Bool {
        // An exponent of ones means not finite.
        baseAddress.map { storage_largest_magnitude($0, count) < 0x7F80_0000 } ?? true
    }

    /// For each row of `width` values, whether it holds anything but zeros (1) or not (0).
    package func presentRows(width: Int) -> [UInt8] {
        flags(width) { storage_rows_present($0, $1, width, $2) }
    }

    /// How many rows of `width` values hold anything but zeros.
    package func countPresentRows(width: Int) -> Int {
        presentRows(width: width).reduce(0) { $0 + Int($1) }
    }

    /// For each row, whether a value lies below `low` or above `high` of its column (1) or not (0). NaN does neither.
    package func rowsOutside(_ low: [Float], _ high: [Float]) -> [UInt8] {
        precondition(low.count == high.count, "\(low.count) lower and \(high.count) upper bounds")
        return flags(low.count) { storage_rows_outside($0, $1, low.count, low, high, $2) }
    }

    /// Writes a hash of the bits of each row of `width` values; 0 for rows of nothing but zeros, and only for them.
    /// - Parameter hashes: Room for one for each row.
    package func hashRows(width: Int, into hashes: UnsafeMutableBufferPointer<UInt64>) {
        precondition(hashes.count * width == count, "\(hashes.count) hashes for \(count) values in rows of \(width)")
        guard let start = baseAddress, let target = hashes.baseAddress else { return }
        storage_row_hashes(start, hashes.count, width, target)
    }

    private func flags(
        _ width: Int, _ measure: (UnsafePointer<Float>, Int, UnsafeMutablePointer<UInt8>) -> Void
    ) -> [UInt8] {
        guard width > 0, let start = baseAddress else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count / width) { flags, initialized in
            initialized = count / width
            if let target = flags.baseAddress { measure(start, initialized, target) }
        }
    }
}

/// What the columns of rows have in common with each other, gathered over any order of pieces.
package struct ColumnDifferences: Sendable {
    /// The first row that was added; empty before.
    package private(set) var first: [Float] = []
    /// For each column, the bits in which its values differ; 0 where all are the same.
    package private(set) var differences: [UInt32]
    /// For each column, the sum of its values' bits, each row with a random weight of its own: columns of equal values have
    /// equal sums.
    package private(set) var hashes: [UInt64]

    package init(width: Int) {
        differences = [UInt32](repeating: 0, count: width)
        hashes = [UInt64](repeating: 0, count: width)
    }

    /// Adds rows.
    /// - Parameter number: The number of the first of them.
    package mutating func add(_ values: UnsafeBufferPointer<Float>, from number: Int) {
        let width = differences.count
        guard width > 0, values.count >= width, let start = values.baseAddress else { return }
        if first.isEmpty { first = Array(values.prefix(width)) }
        storage_column_differences(
            start, values.count / width, width, UInt64(number), first, &differences, &hashes)
    }

    /// Adds the rows that another has seen.
    package mutating func add(_ other: ColumnDifferences) {
        guard !other.first.isEmpty else { return }
        if first.isEmpty { first = other.first }
        for column in differences.indices {
            differences[column] |= other.differences[column]
            differences[column] |= first[column].bitPattern ^ other.first[column].bitPattern
            hashes[column] &+= other.hashes[column]
        }
    }
}
