extension String {
    /// The text with everything visible that would steer a terminal or hide what it says: control characters (also line feeds
    /// and zero bytes), separators of lines and paragraphs, marks that turn the direction of writing, and spaces of no width.
    ///
    /// Each becomes `\n`, `\r`, `\t` or `\u{1B}`, as in Swift. Use it for whatever a file, a folder or a store names; two names
    /// that differ stay different to the eye, and a name takes one line.
    public var escapedForTerminal: String { escaped(keepingLineFeeds: false) }

    /// The same for text of several lines that a program wrote itself.
    public var linesEscapedForTerminal: String { escaped(keepingLineFeeds: true) }

    private func escaped(keepingLineFeeds: Bool) -> String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) || (keepingLineFeeds && $0 == 0x0A) }) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if !scalar.steersTerminal || (keepingLineFeeds && scalar == "\n") {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminal: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: properties.isBidiControl || [0x200B, 0x2060, 0xFEFF].contains(value)
        default: false
        }
    }

    /// The columns that a terminal gives it: 0 for what joins the character before, 2 for the wide ones of East Asia and for
    /// pictures, else 1.
    fileprivate var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension String {
    /// The columns that the text takes on a terminal.
    public var terminalColumns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

    /// The text in at most so many columns, with … where something is cut off.
    public func fitted(to columns: Int) -> String {
        guard terminalColumns > columns else { return self }
        var (result, taken) = ("", 0)
        for character in self {
            let width = String(character).terminalColumns
            guard taken + width < columns else { break }
            result.append(character)
            taken += width
        }
        return columns > 0 ? result + "…" : ""
    }
}
