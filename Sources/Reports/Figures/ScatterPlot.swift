/// Points in a plane, each with the colour and the shape of its group. Both directions have one scale.
struct ScatterPlot {
    let groups: [String]
    let points: [(x: Double, y: Double, group: Int)]
    let (xTitle, yTitle): (String, String)

    var drawing: Drawing {
        let legend = Legend(groups, width: Drawing.width - 8)
        let (left, side) = (22.0, Drawing.width - 30)
        let top = legend.height + 6
        var drawing = Drawing(height: top + side + 22)
        legend.draw(in: &drawing, x: 4, y: 0)
        for (from, to) in [(0.0, 0.0, 1.0, 0.0), (1, 0, 1, 1), (1, 1, 0, 1), (0, 1, 0, 0)].map({
            ((left + side * $0.0, top + side * $0.1), (left + side * $0.2, top + side * $0.3))
        }) { drawing.line(from, to, "grid") }
        let (x, y) = (Self.ends(points.map(\.x)), Self.ends(points.map(\.y)))
        let scale = (side - 16) / max(x.upperBound - x.lowerBound, y.upperBound - y.lowerBound, 1e-30)
        let middle = (x: left + side / 2, y: top + side / 2)
        let centre = (x: (x.lowerBound + x.upperBound) / 2, y: (y.lowerBound + y.upperBound) / 2)
        // In turns, so that no group lies on top of all others.
        let turn = max(1, (points.count + 7) / 8)
        for first in stride(from: 0, to: points.count, by: turn) {
            var places = [[(x: Double, y: Double)]](repeating: [], count: groups.count)
            for point in points[first..<min(points.count, first + turn)] {
                places[point.group].append(
                    (middle.x + scale * (point.x - centre.x), middle.y - scale * (point.y - centre.y)))
            }
            for (group, places) in places.enumerated() { drawing.smallMarkers(group, places) }
        }
        drawing.text(xTitle, (middle.x, top + side + 16), .middle, "muted")
        drawing.text(yTitle, (14, middle.y), .middle, "muted", turned: -90)
        return drawing
    }

    private static func ends(_ values: [Double]) -> ClosedRange<Double> {
        let values = values.filter { $0.isFinite }
        return (values.min() ?? 0)...(values.max() ?? 0)
    }
}
