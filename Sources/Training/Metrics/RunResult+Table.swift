import Foundation
import TerminalText

extension RunResult {
    /// The per-class table, the summary and the confusion matrix as aligned text.
    public var table: String {
        var scores = TextTable(
            [.left("class", atLeast: 12)] + ["precision", "recall", "F1", "support"].map { .right($0, atLeast: 11) },
            gap: "")
        for row in perClass {
            scores.add([row.name] + [row.precision, row.recall, row.f1].map(twoDecimals) + ["\(row.support)"])
        }
        scores.add([])
        for (name, value) in [("accuracy", accuracy), ("weighted F1", weightedF1), ("macro F1", macroF1)] {
            scores.add([name, "", "", twoDecimals(value)])
        }
        let names = perClass.map(\.name)
        let cells = max(6, names.map { $0.fitted(to: 10).terminalColumns + 1 }.max() ?? 0)
        var counts = TextTable(
            [.left("", atLeast: 12)] + names.map { .right($0, atLeast: cells, atMost: 10) }, gap: "")
        for (name, row) in zip(names, confusion) { counts.add([name] + row.map(String.init)) }
        return
            (["\(split.escapedForTerminal), epoch \(chosenEpoch), in per cent", ""] + scores.lines
            + ["", "confusion (row: gold, column: predicted)"] + counts.lines).joined(separator: "\n")
    }
}

private func twoDecimals(_ value: Double) -> String { String(format: "%.2f", value) }
