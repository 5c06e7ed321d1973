import Foundation

extension RunResult {
    /// The per-class table, the summary and the confusion matrix as aligned text.
    public var table: String {
        let names = perClass.map(\.name)
        let width = max(12, names.map(\.count).max() ?? 0)
        var lines = [
            "\(split), epoch \(chosenEpoch), in per cent",
            "",
            pad("class", width) + ["precision", "recall", "F1", "support"].map { column($0, 11) }.joined(),
        ]
        for row in perClass {
            lines.append(
                pad(row.name, width)
                    + [row.precision, row.recall, row.f1].map { column(twoDecimals($0), 11) }.joined()
                    + column(String(row.support), 11))
        }
        lines += ["", pad("accuracy", width) + column(twoDecimals(accuracy), 33)]
        lines.append(pad("weighted F1", width) + column(twoDecimals(weightedF1), 33))
        lines.append(pad("macro F1", width) + column(twoDecimals(macroF1), 33))
        lines += ["", "confusion (row: gold, column: predicted)"]
        let cells = max(6, names.map { min($0.count, 10) + 1 }.max() ?? 0)
        lines.append(pad("", width) + names.map { column(String($0.prefix(10)), cells) }.joined())
        for (name, row) in zip(names, confusion) {
            lines.append(pad(name, width) + row.map { column(String($0), cells) }.joined())
        }
        return lines.joined(separator: "\n")
    }
}

private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

private func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

private func twoDecimals(_ value: Double) -> String { String(format: "%.2f", value) }
