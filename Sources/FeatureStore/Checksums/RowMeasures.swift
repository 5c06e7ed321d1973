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

/// The positions in a list of hashes whose hash came first in another group.
package struct RepeatedHashes {
    /// How many there are.
    package let count: Int
    /// The first few, each with the position where its hash came first.
    package let first: [(earlier: Int, later: Int)]

    /// Looks for them. Takes 6 to 12 bytes of memory for each hash meanwhile.
    /// - Parameters:
    ///   - hashes: Fewer than 2³² - 1; 0 says nothing and is left out.
    ///   - groups: As many.
    ///   - limit: How many are kept in ``first``.
    package init(_ hashes: UnsafeBufferPointer<UInt64>, in groups: [UInt8], limit: Int) {
        precondition(hashes.count == groups.count, "\(groups.count) groups for \(hashes.count) hashes")
        precondition(hashes.count < UInt32.max, "\(hashes.count) hashes")
        var capacity = 16
        while 2 * capacity < 3 * hashes.count { capacity *= 2 }
        let slots = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: capacity)
        defer { slots.deallocate() }
        var pairs = [UInt32](repeating: 0, count: 2 * limit)
        count =
            hashes.baseAddress.map {
                storage_repeated($0, groups, hashes.count, slots.baseAddress!, capacity, &pairs, limit)
            } ?? 0
        first = (0..<min(count, limit)).map { (Int(pairs[2 * $0]), Int(pairs[2 * $0 + 1])) }
    }
}

/// Mean and standard deviation of each column, by Welford's recurrence in double precision: one pass, and no loss where
/// the mean is large against the spread.
package struct ColumnStatistics: Sendable {
    package private(set) var rows = 0
    package private(set) var mean: [Double]
    private var squares: [Double]

    package init(width: Int) {
        mean = [Double](repeating: 0, count: width)
        squares = mean
    }

    /// Adds whole rows of as many values as there are columns. The result does not depend on how rows are handed over, nor
    /// on the machine.
    package mutating func add(_ values: UnsafeBufferPointer<Float>) {
        let width = mean.count
        precondition(values.count.isMultiple(of: max(width, 1)), "\(values.count) values for rows of \(width)")
        guard width > 0, let start = values.baseAddress else { return }
        let count = values.count / width
        storage_column_moments(start, count, width, rows, &mean, &squares)
        rows += count
    }

    /// Adds the rows that another has seen (Chan, Golub and LeVeque's formula).
    package mutating func add(_ other: ColumnStatistics) {
        precondition(other.mean.count == mean.count, "\(other.mean.count) columns for \(mean.count)")
        guard other.rows > 0 else { return }
        let share = Double(other.rows) / Double(rows + other.rows)
        for column in mean.indices {
            let distance = other.mean[column] - mean[column]
            mean[column] += distance * share
            squares[column] += other.squares[column] + distance * distance * share * Double(rows)
        }
        rows += other.rows
    }

    /// The population standard deviation (divided by the number of rows, as `numpy.std`); zero without rows.
    package func standardDeviation() -> [Double] {
        squares.map { ($0 / Double(max(rows, 1))).squareRoot() }
    }
}
