import TerminalText

extension ValidationReport {
    /// The report for people: at most 80 columns wide where words allow it.
    public func text() -> String {
        var lines: [String] = []
        var title = file
        if let dataset { title += ": \(dataset)" }
        if let formatVersion { title += ", format \(formatVersion)" }
        if let dialogues, let utterances { title += ", \(dialogues) dialogues, \(utterances) utterances" }
        lines += wrap(title, indent: "")
        for group in groups() {
            let finding = group[0]
            let place = group.count == 1 ? finding.place : "\(group.count) layers"
            lines.append("")
            lines += wrap(
                "\(finding.code.severity.rawValue) \(finding.code.rawValue) \(finding.code.title), \(place)", indent: ""
            )
            if group.count == 1 {
                lines += wrap(finding.message, indent: "  ")
            } else {
                for layer in group { lines += wrap("\(layer.place): \(layer.message)", indent: "  ", hanging: "    ") }
                if !finding.examples.isEmpty { lines.append("  In the first of them:") }
            }
            for example in finding.examples { lines += wrap("- " + example.text, indent: "    ", hanging: "      ") }
            if finding.count > finding.examples.count, !finding.examples.isEmpty {
                lines.append("    - and \(finding.count - finding.examples.count) more")
            }
            if !finding.code.hint.isEmpty { lines += wrap("Hint: " + finding.code.hint, indent: "  ") }
        }
        lines += ["", summary]
        return lines.joined(separator: "\n")
    }

    /// The findings in their order; those of one code in the layers of one encoder, which say nearly the same, together.
    private func groups() -> [[Finding]] {
        var groups: [[Finding]] = []
        var positions: [String: Int] = [:]
        for finding in findings {
            guard let encoder = layerGroups[finding.place] else {
                groups.append([finding])
                continue
            }
            let key = "\(finding.code.rawValue) \(encoder)"
            if let position = positions[key] {
                groups[position].append(finding)
            } else {
                positions[key] = groups.count
                groups.append([finding])
            }
        }
        return groups
    }

    /// For example "2 errors, 1 warning, 4 notes".
    public var summary: String {
        func number(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        return [
            number(count(.error), "error"), number(count(.warning), "warning"), number(count(.information), "note"),
        ]
        .joined(separator: ", ")
    }

    private func wrap(_ text: String, indent: String, hanging: String? = nil) -> [String] {
        TextWrap.lines(text, indent: indent, hanging: hanging)
    }
}
