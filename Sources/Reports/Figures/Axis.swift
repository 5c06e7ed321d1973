import Foundation

/// Numbers along a side of a plot: round ticks, and where a value lies.
struct Axis {
    let range: ClosedRange<Double>
    let ticks: [Double]
    private let decimals: Int
    /// Where the ends of the range lie in the drawing.
    private let (start, end): (Double, Double)

    /// Widens the range of the values to round ticks.
    /// - Parameters:
    ///   - values: None may be as large as 1e30; without any the axis is from 0 to 1.
    ///   - count: About how many ticks.
    init(_ values: some Sequence<Double>, count: Int = 5, from start: Double, to end: Double) {
        let values = values.filter { abs($0) < 1e30 }
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        // Nor has a range of subnormal numbers room for ticks.
        if high - low <= max(abs(high) * 1e-9, 1e-300) {
            let margin = max(abs(high) * 0.1, 0.5)
            (low, high) = (low - margin, high + margin)
        }
        let rough = (high - low) / Double(count)
        let power = pow(10, floor(log10(rough)))
        let step = power * ([1.0, 2, 2.5, 5].first { $0 * power >= rough * 0.999 } ?? 10)
        let (first, last) = (floor(low / step + 1e-9), ceil(high / step - 1e-9))
        ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
        range = first * step...last * step
        decimals =
            (0...6).first { digits in
                let scaled = step * pow(10, Double(digits))
                return abs(scaled - scaled.rounded()) < 1e-6 * scaled
            } ?? 6
        (self.start, self.end) = (start, end)
    }

    /// Where a value lies in the drawing.
    func place(_ value: Double) -> Double {
        let share =
            (min(max(value, range.lowerBound), range.upperBound) - range.lowerBound)
            / (range.upperBound - range.lowerBound)
        return start + (end - start) * share
    }

    /// A tick's text.
    func label(_ tick: Double) -> String {
        abs(tick) >= 1e6 ? String(format: "%.3g", tick) : String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
    }
}

/// The names of groups over a plot, each with its marker; none for a single group.
struct Legend {
    private var rows: [[(index: Int, name: String, x: Double)]] = []

    /// - Parameter width: What there is for them.
    init(_ names: [String], width: Double) {
        guard names.count > 1 else { return }
        var x = width
        for (index, name) in names.enumerated() {
            let name = Drawing.fitted(name, to: width - 24)
            let needed = Drawing.width(of: name) + 26
            if x + needed > width {
                rows.append([])
                x = 0
            }
            rows[rows.count - 1].append((index, name, x))
            x += needed
        }
    }

    /// The height that it takes.
    var height: Double { rows.isEmpty ? 0 : Double(rows.count) * 17 + 5 }

    func draw(in drawing: inout Drawing, x: Double, y: Double, dashes: Bool = false) {
        for (row, entries) in rows.enumerated() {
            let line = y + Double(row) * 17 + 9
            for entry in entries {
                let left = x + entry.x
                if dashes {
                    drawing.line(
                        (left, line), (left + 14, line), "l\(entry.index % Palette.series.count)",
                        dash: Drawing.dash(entry.index), thickness: 2)
                } else {
                    drawing.marker(entry.index, (left + 6, line))
                }
                drawing.text(entry.name, (left + 18, line + 4))
            }
        }
    }
}
