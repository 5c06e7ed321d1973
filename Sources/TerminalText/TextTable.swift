/// Rows of cells as aligned lines: the one way in which this project prints a table.
///
/// ```swift
/// var table = TextTable([.left("class", atLeast: 12), .right("F1", atLeast: 11)])
/// table.add(["happiness", "71.20"])
/// print(table.lines.joined(separator: "\n"))
/// ```
public struct TextTable: Sendable {
    /// How the cells of a column stand.
    public struct Column: Sendable {
        var title: String
        var isRight: Bool
        var least: Int
        var most: Int

        /// A column whose cells begin under each other; a longer cell than `most` ends in ….
        public static func left(_ title: String, atLeast least: Int = 0, atMost most: Int = .max) -> Column {
            Column(title: title, isRight: false, least: least, most: most)
        }

        /// A column whose cells end under each other, for numbers.
        public static func right(_ title: String, atLeast least: Int = 0, atMost most: Int = .max) -> Column {
            Column(title: title, isRight: true, least: least, most: most)
        }
    }

    private let columns: [Column]
    private let indent: String
    private let gap: String
    private var rows: [[String]] = []

    /// An empty table.
    /// - Parameters:
    ///   - indent: What each line begins with.
    ///   - gap: What stands between columns.
    public init(_ columns: [Column], indent: String = "", gap: String = "  ") {
        (self.columns, self.indent, self.gap) = (columns, indent, gap)
    }

    /// Adds a row. Cells are made safe for a terminal; a row may have fewer cells than the table has columns.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count <= columns.count, "a row of \(cells.count) cells for \(columns.count) columns")
        rows.append(cells)
    }

    /// The line of titles, then the rows; no line ends in a space.
    public var lines: [String] {
        let shown = ([columns.map(\.title)] + rows).map { row in
            zip(row, columns).map { $0.escapedForTerminal.fitted(to: $1.most) }
        }
        let widths = columns.indices.map { index in
            shown.reduce(columns[index].least) { max($0, index < $1.count ? $1[index].terminalColumns : 0) }
        }
        return shown.map { row in
            var line = indent
            for (index, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[index] - cell.terminalColumns)
                line += (index > 0 ? gap : "") + (columns[index].isRight ? space + cell : cell + space)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
