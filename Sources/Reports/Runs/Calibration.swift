import Metrics

extension Calibration {
    /// The accuracy of each bin as a bar, its mean confidence as a line, and under them how many utterances there are.
    var drawing: Drawing {
        var drawing = Drawing(height: 330)
        let (left, right, top, bottom) = (44.0, Drawing.width - 10, 24.0, 216.0)
        let x = Axis([0, 1], from: left, to: right)
        let y = Axis([0, 1], from: bottom, to: top)
        drawing.text("accuracy", (4, 12), .start, "muted")
        for tick in y.ticks {
            drawing.line((left, y.place(tick)), (right, y.place(tick)), "grid")
            drawing.text(y.label(tick), (left - 5, y.place(tick) + 4), .end, "muted")
        }
        let most = bins.map(\.count).max() ?? 1
        let floor = 288.0
        for (index, bin) in bins.enumerated() where bin.count > 0 {
            let from = x.place(Double(index) / Double(Self.binCount))
            let to = x.place(Double(index + 1) / Double(Self.binCount))
            let height = bottom - y.place(bin.accuracy)
            drawing.rectangle(x: from + 1, y: bottom - height, width: to - from - 2, height: height, "f0")
            let mean = y.place(bin.meanConfidence)
            drawing.line((from, mean), (to, mean), "l1", thickness: 2.5)
            let share = max(1, 44 * Double(bin.count) / Double(most))
            drawing.rectangle(x: from + 1, y: floor - share, width: to - from - 2, height: share, "f0")
        }
        drawing.line((left, bottom), (right, top), "strong", dash: "4 3")
        drawing.line((left, bottom), (right, bottom), "axis")
        drawing.text("utterances (most: \(most))", (4, 238), .start, "muted")
        drawing.line((left, floor), (right, floor), "axis")
        for tick in x.ticks { drawing.text(x.label(tick), (x.place(tick), floor + 15), .middle, "muted") }
        drawing.text("highest probability", ((left + right) / 2, floor + 32), .middle, "muted")
        return drawing
    }
}
