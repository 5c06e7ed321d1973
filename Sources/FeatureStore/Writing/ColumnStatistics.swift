internal import CStorage

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
