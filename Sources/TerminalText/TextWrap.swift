/// Breaks text between words for terminals of 80 columns.
public enum TextWrap {
    /// The lines of a text, without what could steer a terminal.
    /// - Parameters:
    ///   - indent: What the first line begins with.
    ///   - hanging: What the following lines begin with; nil for the same.
    public static func lines(_ text: String, indent: String = "", hanging: String? = nil, width: Int = 80) -> [String] {
        var lines: [String] = []
        var line = indent
        var isEmpty = true
        for word in text.escapedForTerminal.split(separator: " ") {
            if !isEmpty, line.terminalColumns + 1 + String(word).terminalColumns > width {
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
