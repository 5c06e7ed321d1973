import Mustache
import TerminalText

/// How text gets into a page or a drawing: the one place where it is escaped.
struct Markup: MustacheContentType {
    /// The text for an element or a quoted attribute of HTML and XML. What hides or turns text is shown as in a terminal, so that two
    /// names that differ look different; what XML has no place for becomes U+FFFD.
    ///
    /// Scalar by scalar: a `<` with an accent behind it is another Character, but the same byte to a browser.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.escapedForTerminal.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    func escapeText(_ text: String) -> String { Self.escaped(text) }
}
