import Foundation

/// A value with its spread for every group, row under row: scores of classes, of lengths, of speakers.
struct DotChart {
    struct Row {
        let name: String
        /// A second, smaller line.
        var detail: String?
        /// One for each group; nil where there is nothing to tell.
        let values: [Spread?]
        /// The group of the row, in a chart that has one in each row.
        var group: Int?
    }

    let groups: [String]
    let rows: [Row]
    let xTitle: String
    /// The ends of the axis; nil for those of the values.
    var range: ClosedRange<Double>?
    /// Whether each run has a dot of its own.
    var showsRuns = false
    /// That of the means that are written beside the markers of a single group.
    var format = "%.1f"

    var drawing: Drawing {
        let legend = Legend(groups, width: Drawing.width - 8)
        let top = legend.height + 6
        let step = max(30, Double(groups.count) * 11 + 8)
        let bottom = top + step * Double(rows.count)
        let left = min(
            132, 14 + (rows.flatMap { [$0.name, $0.detail ?? ""] }.map { Drawing.width(of: $0) }.max() ?? 0))
        let hasNumbers = groups.count == 1
        func number(_ value: Spread) -> String { String(format: format, value.mean) }
        let widest = rows.flatMap(\.values).compactMap { $0.map { Drawing.width(of: number($0)) } }.max() ?? 0
        let right = Drawing.width - (hasNumbers ? max(44, widest + 12) : 16)
        var drawing = Drawing(height: bottom + 38)
        let all = rows.flatMap(\.values).compactMap { $0 }
        let ends = range.map { [$0.lowerBound, $0.upperBound] }
        let x = Axis(
            ends ?? all.flatMap { $0.values + $0.ends },
            from: left, to: right)
        legend.draw(in: &drawing, x: 4, y: 0)
        for tick in x.ticks {
            drawing.line((x.place(tick), top), (x.place(tick), bottom), "grid")
            drawing.text(x.label(tick), (x.place(tick), bottom + 15), .middle, "muted")
        }
        drawing.text(xTitle, ((left + right) / 2, bottom + 32), .middle, "muted")
        for (index, row) in rows.enumerated() {
            let (y, middle) = (top + step * Double(index), top + step * (Double(index) + 0.5))
            if index > 0 { drawing.line((4, y), (right, y), "grid", thickness: 0.5) }
            let hasDetail = row.detail != nil
            drawing.text(Drawing.fitted(row.name, to: left - 10), (left - 8, middle + (hasDetail ? -1 : 4)), .end)
            if let detail = row.detail {
                drawing.text(
                    Drawing.fitted(detail, to: left - 10, size: 9), (left - 8, middle + 11), .end, "muted", size: 9)
            }
            for (group, value) in row.values.enumerated() {
                guard let value else { continue }
                let line = middle + (Double(group) - Double(groups.count - 1) / 2) * 11
                draw(value, row.group ?? group, at: line, x, in: &drawing)
                if hasNumbers {
                    drawing.text(number(value), (right + 8, line + 4), .start, "ink")
                }
            }
        }
        return drawing
    }

    private func draw(_ value: Spread, _ group: Int, at y: Double, _ x: Axis, in drawing: inout Drawing) {
        let style = "l\(group % Palette.series.count)"
        if let deviation = value.deviation {
            let ends = [x.place(value.mean - deviation), x.place(value.mean + deviation)]
            drawing.line((ends[0], y), (ends[1], y), style, thickness: 1.5)
            for end in ends { drawing.line((end, y - 3), (end, y + 3), style, thickness: 1.5) }
        }
        if showsRuns, value.values.count > 1 {
            for run in value.values { drawing.dot((x.place(run), y), radius: 1.8, "muted") }
        }
        drawing.marker(group, (x.place(value.mean), y))
    }
}
