/// Values over epochs: a line for each run, in the colour and the dashes of its group.
struct LineChart {
    struct Line {
        let group: Int
        /// x in order.
        let points: [(x: Double, y: Double)]
        /// The x of a point to be marked.
        var marked: Double?
    }

    let groups: [String]
    let lines: [Line]
    let (xTitle, yTitle): (String, String)

    var drawing: Drawing {
        let legend = Legend(groups, width: Drawing.width - 8)
        let top = legend.height + 22
        var drawing = Drawing(height: top + 190)
        let (left, right, bottom) = (44.0, Drawing.width - 16, top + 150)
        let points = lines.flatMap(\.points)
        let x = Axis(points.map(\.x), count: 6, from: left, to: right)
        let y = Axis(points.map(\.y), from: bottom, to: top)
        legend.draw(in: &drawing, x: 4, y: 0, dashes: true)
        drawing.text(yTitle, (4, top - 9), .start, "muted")
        for tick in y.ticks {
            drawing.line((left, y.place(tick)), (right, y.place(tick)), "grid")
            drawing.text(y.label(tick), (left - 5, y.place(tick) + 4), .end, "muted")
        }
        for tick in x.ticks where tick == tick.rounded() {
            drawing.text(x.label(tick), (x.place(tick), bottom + 15), .middle, "muted")
        }
        drawing.line((left, bottom), (right, bottom), "axis")
        drawing.text(xTitle, ((left + right) / 2, bottom + 32), .middle, "muted")
        for line in lines {
            let places = line.points.map { (x: x.place($0.x), y: y.place($0.y)) }
            let colour = line.group % Palette.series.count
            if places.count == 1 { drawing.dot(places[0], radius: 2, "f\(colour)") }
            drawing.path(places, "l\(colour)", dash: Drawing.dash(line.group))
        }
        for line in lines {
            guard let marked = line.points.first(where: { $0.x == line.marked }) else { continue }
            drawing.marker(line.group, (x.place(marked.x), y.place(marked.y)))
        }
        return drawing
    }
}
