import Foundation

extension Figure {
    /// More rows or columns than this make a page that nobody can read, and that grows with their product.
    private static let mostNames = 40

    /// A heat map of counts, coloured by their shares of a row. Of very many rows or columns the first ones are shown, and the title says so.
    static func shares(
        _ name: String, _ title: String, rows: [String], columns: [String], _ counts: [[Int]], rowTitle: String,
        columnTitle: String
    ) -> Figure {
        func share(_ count: Int, _ row: [Int]) -> Double {
            let total = row.reduce(0, +)
            return total == 0 ? 0 : Double(count) / Double(total)
        }
        var title = title
        for (count, what) in [(rows.count, "row"), (columns.count, "column")] where count > mostNames {
            title += ", the first \(mostNames) of \(count) \(what)s"
        }
        let (shownRows, shownColumns) = (Array(rows.prefix(mostNames)), Array(columns.prefix(mostNames)))
        // Shares are of the whole row.
        let lines = zip(shownRows, counts).map { row, line in
            (row, line.prefix(mostNames).map { (count: $0, share: share($0, line)) })
        }
        let map = HeatMap(
            rowTitle: rowTitle, columnTitle: columnTitle, rows: shownRows, columns: shownColumns,
            cells: lines.map { _, cells in
                cells.map {
                    HeatMap.Cell(
                        share: $0.share, text: String(format: "%.0f %%", 100 * $0.share), detail: "\($0.count)")
                }
            })
        var numbers = Table(title, "\(rowTitle) ↓  \(columnTitle) →", shownColumns)
        for (row, cells) in lines {
            numbers.add(row, cells.map { "\($0.count) " + String(format: "(%.1f %%)", 100 * $0.share) })
        }
        let words = lines.map { row, cells -> String in
            guard let most = cells.indices.max(by: { cells[$0].share < cells[$1].share }), cells[most].count > 0 else {
                return "\(row): none"
            }
            return "\(row): most often \(shownColumns[most]), " + String(format: "%.0f %%", 100 * cells[most].share)
        }
        return Figure(
            name, title, description: "\(rowTitle) against \(columnTitle). " + words.joined(separator: "; ") + ".",
            map.drawing, numbers: numbers)
    }
}
