/// Shares of rows as colours, with numbers on them: confusion, transitions, classes of speakers.
struct HeatMap {
    struct Cell {
        /// 0 to 1: the depth of the colour.
        let share: Double
        /// What stands on it; a second line smaller.
        let text: String
        var detail: String?
    }

    let (rowTitle, columnTitle): (String, String)
    let rows: [String]
    let columns: [String]
    /// Row by row.
    let cells: [[Cell]]

    var drawing: Drawing {
        let left = min(104, 30 + (rows.map { Drawing.width(of: $0) }.max() ?? 0))
        let names = columns.map { Drawing.fitted($0, to: 76) }
        let longest = names.map { Drawing.width(of: $0) }.max() ?? 0
        let side = max(36, min(60, (Drawing.width - left - 20) / Double(max(1, columns.count))))
        let height = min(side, 40)
        // Names of columns are turned by 40 degrees and reach beyond the last one.
        let top = 26 + longest * 0.65
        let right = max(6, longest * 0.77 - side / 2 + 4)
        var drawing = Drawing(
            width: max(Drawing.width, left + side * Double(columns.count) + right),
            height: top + height * Double(rows.count) + 6)
        drawing.text(columnTitle, (left, 12), .start, "muted")
        drawing.text(
            rowTitle, (11, top + height * Double(rows.count) / 2), .middle, "muted", turned: -90)
        for (index, name) in names.enumerated() {
            drawing.text(
                name, (left + side * (Double(index) + 0.5), top - 6), .start, "ink", turned: -40)
        }
        for (index, row) in cells.enumerated() {
            let y = top + height * Double(index)
            drawing.text(
                Drawing.fitted(rows[index], to: left - 26), (left - 5, y + height / 2 + 4), .end, "ink")
            for (column, cell) in row.enumerated() {
                let x = left + side * Double(column)
                let level = Int((min(max(cell.share, 0), 1) * Double(Palette.heatLevels)).rounded())
                drawing.rectangle(x: x + 0.5, y: y + 0.5, width: side - 1, height: height - 1, "h\(level)")
                let middle = y + height / 2
                drawing.text(
                    cell.text, (x + side / 2, cell.detail == nil ? middle + 4 : middle - 1), .middle, "t\(level)")
                if let detail = cell.detail {
                    drawing.text(detail, (x + side / 2, middle + 12), .middle, "t\(level)", size: 9)
                }
            }
        }
        return drawing
    }
}
