/// Breaks text between words for terminals of 80 columns.
package enum TextWrap {
    /// The lines of a text.
    /// - Parameters:
    ///   - indent: What the first line begins with.
    ///   - hanging: What the following lines begin with; nil for the same.
    package static func lines(_ text: String, indent: String = "", hanging: String? = nil, width: Int = 80) -> [String]
    {
        var lines: [String] = []
        var line = indent
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
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
