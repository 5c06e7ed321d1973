/// Mean and standard deviation of each column, by Welford's recurrence in double precision: one pass, and no loss where
/// the mean is large against the spread.
package struct ColumnStatistics {
    package private(set) var rows = 0
    package private(set) var mean: [Double]
    private var squares: [Double]

    package init(width: Int) {
        mean = [Double](repeating: 0, count: width)
        squares = mean
    }

    /// Adds one row of as many values as there are columns.
    package mutating func add(_ row: UnsafeBufferPointer<Float>) {
        precondition(row.count == mean.count, "a row of \(row.count) values for \(mean.count) columns")
        rows += 1
        let weight = 1 / Double(rows)
        mean.withUnsafeMutableBufferPointer { mean in
            squares.withUnsafeMutableBufferPointer { squares in
                for column in 0..<row.count {
                    let value = Double(row[column])
                    let before = value - mean[column]
                    mean[column] += before * weight
                    squares[column] += before * (value - mean[column])
                }
            }
        }
    }

    /// The population standard deviation (divided by the number of rows, as `numpy.std`); zero without rows.
    package func standardDeviation() -> [Double] {
        squares.map { ($0 / Double(max(rows, 1))).squareRoot() }
    }
}
