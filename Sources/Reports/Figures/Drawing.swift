import Foundation
import TerminalText

/// Shapes and text of an SVG drawing, in the units of a phone's screen: a drawing 360 wide is readable on one.
struct Drawing: Sendable {
    /// Where a text stands to its point.
    enum Anchor: String {
        case start, middle, end
    }

    /// The usual width.
    static let width = 360.0
    static let fonts = "system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif"

    let width: Double
    let height: Double
    private(set) var body = ""

    init(width: Double = Drawing.width, height: Double) {
        self.width = width
        self.height = height
    }

    // MARK: Shapes

    mutating func line(
        _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ style: String, dash: String? = nil,
        thickness: Double = 1
    ) {
        body += "<line x1=\"\(n(from.x))\" y1=\"\(n(from.y))\" x2=\"\(n(to.x))\" y2=\"\(n(to.y))\" class=\"\(style)\""
        body += stroke(dash, thickness) + "/>\n"
    }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, _ style: String) {
        body += "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(0, width)))\" height=\"\(n(max(0, height)))\""
        body += " class=\"\(style)\"/>\n"
    }

    mutating func path(
        _ points: [(x: Double, y: Double)], _ style: String, dash: String? = nil, thickness: Double = 1.6
    ) {
        let words = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
        body += "<polyline points=\"\(words)\" class=\"\(style)\"\(stroke(dash, thickness))/>\n"
    }

    mutating func dot(_ at: (x: Double, y: Double), radius: Double, _ style: String) {
        body += "<circle cx=\"\(n(at.x))\" cy=\"\(n(at.y))\" r=\"\(n(radius))\" class=\"\(style)\"/>\n"
    }

    /// The marker of a group: its shape tells it apart without its colour.
    mutating func marker(_ group: Int, _ at: (x: Double, y: Double)) {
        let style = "f\(group % Palette.series.count)"
        switch Self.form(of: group) {
        case 0: dot(at, radius: 4, style)
        case 1: rectangle(x: at.x - 3.5, y: at.y - 3.5, width: 7, height: 7, style)
        case let form:
            let words = Self.corners(form).map { "\(n(at.x + $0.x)),\(n(at.y + $0.y))" }.joined(separator: " ")
            body += "<polygon points=\"\(words)\" class=\"\(style)\"/>\n"
        }
    }

    /// The markers of a group at many places, smaller, and as one shape: an element for each would make a page large.
    mutating func smallMarkers(_ group: Int, _ places: [(x: Double, y: Double)]) {
        guard !places.isEmpty else { return }
        let form = Self.form(of: group)
        let outline = places.map { at in
            guard form > 0 else { return "M\(n(at.x - 2)),\(n(at.y))a2,2 0 1 0 4,0a2,2 0 1 0 -4,0" }
            let corners = Self.corners(form).map { (x: at.x + 0.55 * $0.x, y: at.y + 0.55 * $0.y) }
            return "M" + corners.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: "L") + "z"
        }
        body += "<path d=\"\(outline.joined())\" class=\"f\(group % Palette.series.count)\"/>\n"
    }

    /// The corners of a marker around its place; none of a circle.
    private static func corners(_ form: Int) -> [(x: Double, y: Double)] {
        switch form {
        case 0: []
        case 1: [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)]
        case 2: [(0, -4.8), (4.6, 3.6), (-4.6, 3.6)]
        case 3: [(0, -5), (5, 0), (0, 5), (-5, 0)]
        case 4: [(0, 4.8), (4.6, -3.6), (-4.6, -3.6)]
        default:
            [
                (-1.4, -4.5), (1.4, -4.5), (1.4, -1.4), (4.5, -1.4), (4.5, 1.4), (1.4, 1.4), (1.4, 4.5), (-1.4, 4.5),
                (-1.4, 1.4), (-4.5, 1.4), (-4.5, -1.4), (-1.4, -1.4),
            ]
        }
    }

    /// The dashes of a group's lines; nil for a line without.
    static func dash(_ group: Int) -> String? {
        [nil, "6 3", "2 2.5", "8 3 2 3", "4 2", "1.5 4"][form(of: group)]
    }

    /// The number of a group's marker and dashes. Where there are more groups than colours, a colour comes again with another form.
    private static func form(of group: Int) -> Int {
        (group + group / Palette.series.count) % Palette.series.count
    }

    /// - Parameter turned: Degrees clockwise around the point.
    mutating func text(
        _ text: String, _ at: (x: Double, y: Double), _ anchor: Anchor = .start, _ style: String = "ink",
        size: Double = 11, turned: Double = 0
    ) {
        body += "<text x=\"\(n(at.x))\" y=\"\(n(at.y))\" class=\"\(style)\""
        if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
        if size != 11 { body += " font-size=\"\(n(size))\"" }
        if turned != 0 { body += " transform=\"rotate(\(n(turned)) \(n(at.x)) \(n(at.y)))\"" }
        body += ">\(Markup.escaped(text))</text>\n"
    }

    /// What a text takes at most, in the fonts that browsers have.
    static func width(of text: String, size: Double = 11) -> Double {
        Double(text.escapedForTerminal.terminalColumns) * size * 0.58
    }

    /// As much of a text as fits.
    static func fitted(_ text: String, to width: Double, size: Double = 11) -> String {
        text.escapedForTerminal.fitted(to: max(1, Int(width / (size * 0.58))))
    }

    private func stroke(_ dash: String?, _ thickness: Double) -> String {
        " stroke-width=\"\(n(thickness))\"" + (dash.map { " stroke-dasharray=\"\($0)\"" } ?? "")
    }

    /// A coordinate with one decimal.
    private func n(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
    }
}

/// A drawing with what it shows in words: for people who do not see it, and as a file for a paper.
struct Figure: Sendable {
    /// Letters, digits and hyphens: the name of its file and of its place in the page.
    let name: String
    let title: String
    /// What is to be seen, in sentences.
    let description: String
    /// For the page, which has the colours.
    let svg: String
    /// The same as a table.
    let numbers: Table?
    private let drawing: Drawing

    init(_ name: String, _ title: String, description: String, _ drawing: Drawing, numbers: Table? = nil) {
        (self.name, self.title, self.description) = (name, title, description)
        (self.drawing, self.numbers) = (drawing, numbers)
        // A wide drawing is scrolled where it would be too small to read.
        let least = drawing.width > Drawing.width * 1.2 ? " style=\"min-width:\(Int(drawing.width))px\"" : ""
        svg =
            Self.head(drawing, "role=\"img\" aria-labelledby=\"\(name)-t \(name)-d\"\(least)")
            + Self.words(title, description, name) + drawing.body + "</svg>"
    }

    /// A file of its own, with its colours.
    var file: String {
        let size = "width=\"\(Int(drawing.width.rounded(.up)))\" height=\"\(Int(drawing.height.rounded(.up)))\""
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + Self.head(drawing, "xmlns=\"http://www.w3.org/2000/svg\" \(size)") + Self.words(title, description, name)
            + "<style>\(Palette.figureRules(dark: false))</style>\n"
            + "<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n" + drawing.body + "</svg>\n"
    }

    private static func head(_ drawing: Drawing, _ attributes: String) -> String {
        "<svg viewBox=\"0 0 \(Int(drawing.width.rounded(.up))) \(Int(drawing.height.rounded(.up)))\" \(attributes) "
            + "font-family=\"\(Drawing.fonts)\" font-size=\"11\">\n"
    }

    private static func words(_ title: String, _ description: String, _ name: String) -> String {
        "<title id=\"\(name)-t\">\(Markup.escaped(title))</title>\n"
            + "<desc id=\"\(name)-d\">\(Markup.escaped(description))</desc>\n"
    }
}
