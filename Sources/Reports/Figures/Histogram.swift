import Foundation

/// How many of something lie in each of equally wide bins.
struct Histogram {
    let (xTitle, yTitle): (String, String)
    let bins: Bins
    let counts: [Int]

    var drawing: Drawing {
        var drawing = Drawing(height: 200)
        let (left, right, top, bottom) = (50.0, Drawing.width - 16, 24.0, 162.0)
        let y = Axis([0, Double(counts.max() ?? 0)], count: 4, from: bottom, to: top)
        let x = Axis([bins.low, bins.high], count: 6, from: left, to: right)
        drawing.text(yTitle, (4, 12), .start, "muted")
        for tick in y.ticks where tick == tick.rounded() {
            drawing.line((left, y.place(tick)), (right, y.place(tick)), "grid")
            drawing.text(y.label(tick), (left - 5, y.place(tick) + 4), .end, "muted")
        }
        for (index, count) in counts.enumerated() where count > 0 {
            let (from, to) = (x.place(bins.edge(index)), x.place(bins.edge(index + 1)))
            // Even one of many is to be seen.
            let height = max(1, bottom - y.place(Double(count)))
            drawing.rectangle(
                x: from + 0.4, y: bottom - height, width: max(0.8, to - from - 0.8), height: height, "f0")
        }
        drawing.line((left, bottom), (right, bottom), "axis")
        for tick in x.ticks { drawing.text(x.label(tick), (x.place(tick), bottom + 15), .middle, "muted") }
        drawing.text(xTitle, ((left + right) / 2, bottom + 32), .middle, "muted")
        return drawing
    }
}

/// Equally wide bins between two numbers; each holds its lower edge, the last one both.
struct Bins {
    let low: Double
    let high: Double
    let count: Int

    /// Bins over all values; one of width 1 where all are equal.
    /// - Parameter whole: Whether the values are whole numbers, so that a bin holds as many of them as the next one.
    init(over values: some Collection<Double>, atMost most: Int, whole: Bool = false) {
        let (least, largest) = (values.min() ?? 0, values.max() ?? 0)
        if whole {
            let numbers = Int(largest - least) + 1
            let width = Double((numbers + most - 1) / most)
            count = Int((Double(numbers) / width).rounded(.up))
            (low, high) = (least - 0.5, least - 0.5 + width * Double(count))
        } else if largest > least {
            (low, high, count) = (least, largest, most)
        } else {
            (low, high, count) = (least - 0.5, least + 0.5, 1)
        }
    }

    func edge(_ index: Int) -> Double { low + (high - low) * Double(index) / Double(count) }

    func counts(of values: some Sequence<Double>) -> [Int] {
        values.reduce(into: [Int](repeating: 0, count: count)) { counts, value in
            let place = Int((value - low) / (high - low) * Double(count))
            counts[min(max(place, 0), count - 1)] += 1
        }
    }
}
