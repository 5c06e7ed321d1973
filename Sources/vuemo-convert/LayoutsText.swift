import PickleConversion
import TerminalText

/// The known layouts for people. A row of name and users fits into 80 columns; what the files hold stands below it.
struct LayoutsText {
    let layouts: [KnownLayout]

    /// All lines.
    var text: String {
        var table = TextTable([.left("layout", atMost: 44), .left("used by", atMost: 34)])
        for layout in layouts { table.add([layout.name, layout.users]) }
        let lines = table.lines
        let blocks = zip(lines.dropFirst(), layouts).map { line, layout in
            ([line] + wrapped(layout.fields) + wrapped("splits: \(layout.splits)")).joined(separator: "\n")
        }
        return ([lines[0]] + blocks).joined(separator: "\n")
    }

    private func wrapped(_ text: String) -> [String] { TextWrap.lines(text, indent: "  ") }
}
