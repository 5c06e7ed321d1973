extension ValidationReport {
    /// The report for people: at most 80 columns wide where words allow it.
    public func text() -> String {
        var lines: [String] = []
        var title = file
        if let dataset { title += ": \(dataset)" }
        if let formatVersion { title += ", format \(formatVersion)" }
        if let dialogues, let utterances { title += ", \(dialogues) dialogues, \(utterances) utterances" }
        lines += wrap(title, indent: "")
        for finding in findings {
            lines.append("")
            lines += wrap(
                "\(finding.code.severity.rawValue) \(finding.code.rawValue) \(finding.code.title), \(finding.place)",
                indent: "")
            lines += wrap(finding.message, indent: "  ")
            for example in finding.examples { lines += wrap("- " + example.text, indent: "    ", hanging: "      ") }
            if finding.count > finding.examples.count, !finding.examples.isEmpty {
                lines.append("    - and \(finding.count - finding.examples.count) more")
            }
            if !finding.code.hint.isEmpty { lines += wrap("Hint: " + finding.code.hint, indent: "  ") }
        }
        lines += ["", summary]
        return lines.joined(separator: "\n")
    }

    /// For example "2 errors, 1 warning, 4 notes".
    public var summary: String {
        func number(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        return [number(count(.error), "error"), number(count(.warning), "warning"), number(count(.information), "note")]
            .joined(separator: ", ")
    }

    private func wrap(_ text: String, indent: String, hanging: String? = nil) -> [String] {
        var lines: [String] = []
        var line = indent
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > 80 {
                lines.append(line)
                line = hanging ?? indent
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}
