import Tensors

/// A matrix in double, for the naive references that operations are held against.
struct Grid {
    let rows: Int
    let columns: Int
    var values: [Double]

    init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.rows = rows
        self.columns = columns
        values = [Double](repeating: value, count: rows * columns)
    }

    init(_ tensor: Tensor) {
        rows = tensor.rows
        columns = tensor.columns
        values = tensor.values.map(Double.init)
    }

    /// Numbers of (-scale, scale) that float32 holds exactly.
    static func random(_ rows: Int, _ columns: Int, scale: Float = 1, using generator: inout SplitMix64) -> Grid {
        var grid = Grid(rows: rows, columns: columns)
        for index in grid.values.indices { grid.values[index] = Double((2 * generator.uniform() - 1) * scale) }
        return grid
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    var tensor: Tensor { Tensor(rows: rows, columns: columns, values.map(Float.init)) }

    /// self · otherᵀ
    func timesTransposed(_ other: Grid) -> Grid {
        var result = Grid(rows: rows, columns: other.rows)
        for i in 0..<rows {
            for j in 0..<other.rows {
                var sum = 0.0
                for k in 0..<columns { sum += values[i * columns + k] * other.values[j * columns + k] }
                result.values[i * other.rows + j] = sum
            }
        }
        return result
    }

    /// Some of the columns.
    func columns(_ range: Range<Int>) -> Grid {
        var result = Grid(rows: rows, columns: range.count)
        for row in 0..<rows {
            for column in range { result[row, column - range.lowerBound] = self[row, column] }
        }
        return result
    }

    /// Some of the rows.
    func rows(_ range: Range<Int>) -> Grid {
        var result = Grid(rows: range.count, columns: columns)
        result.values = Array(values[range.lowerBound * columns..<range.upperBound * columns])
        return result
    }
}

/// The first rows of dialogues that lie end to end, and the end of the last.
func starts(_ lengths: [Int]) -> [Int] { lengths.reduce(into: [0]) { $0.append($0.last! + $1) } }
