import Foundation
import FoundationXML
import Testing

@testable import Reports

/// The elements of an XML text in their order, each with its text.
final class Elements: NSObject, XMLParserDelegate {
    private(set) var names: [String] = []
    private(set) var texts: [String: [String]] = [:]
    private var path: [(name: String, text: String)] = []

    /// Nil where the text is no XML.
    init?(_ xml: String) {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.append(name)
        path.append((name, ""))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if !path.isEmpty { path[path.count - 1].text += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        let last = path.removeLast()
        texts[last.name, default: []].append(last.text)
    }
}

@Suite struct FigureTests {
    /// What would run or hide text in a page: tags, quotes with an accent on them, marks that turn the direction, zero bytes.
    static let hostile =
        "</script><img src=x onerror=alert(1)>\"\u{301}'\u{338}<\u{338}b> & \u{202E}gnirts\u{0}\u{FFFF}"

    @Test func textIsEscapedByteByByte() {
        #expect(Markup.escaped("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;")
        let escaped = Markup.escaped(Self.hostile)
        #expect(!escaped.unicodeScalars.contains { "<>\"'\u{202E}\u{0}\u{FFFF}".unicodeScalars.contains($0) })
        #expect(escaped.contains("&quot;\u{301}&#39;\u{338}&lt;\u{338}b"))
        #expect(escaped.contains("\\u{202E}gnirts\\u{0}\u{FFFD}"))
    }

    @Test func aHeatMapHasACellForEachPair() throws {
        let map = HeatMap(
            rowTitle: "gold", columnTitle: "predicted", rows: ["joy", Self.hostile], columns: ["joy", "anger"],
            cells: [
                [.init(share: 1, text: "100 %", detail: "3"), .init(share: 0, text: "0 %", detail: "0")],
                [.init(share: 0.25, text: "25 %", detail: "1"), .init(share: 0.75, text: "75 %", detail: "3")],
            ])
        let figure = Figure("map", Self.hostile, description: Self.hostile, map.drawing)
        for xml in [figure.svg, figure.file] {
            let elements = try #require(Elements(xml))
            #expect(elements.names.count { $0 == "rect" } == (xml == figure.file ? 5 : 4))
            #expect(elements.texts["title"]?.first?.contains("<img src=x") == true)
            #expect(elements.names.prefix(3) == ["svg", "title", "desc"])
            let texts = elements.texts["text"] ?? []
            #expect(texts.prefix(4) == ["predicted", "gold", "joy", "anger"])
            #expect(Array(texts[4...8]) == ["joy", "100 %", "3", "0 %", "0"])
            #expect(Array(texts.suffix(4)) == ["25 %", "1", "75 %", "3"])
        }
        #expect(figure.svg.contains("class=\"h10\"") && figure.svg.contains("class=\"h0\""))
        #expect(figure.svg.contains("class=\"h3\"") && figure.svg.contains("class=\"h8\""))
        // The file carries its colours and its name space; the page has both already.
        #expect(
            figure.file.contains(".h10{fill:#08306b}") && figure.file.contains("xmlns=")
                && !figure.svg.contains("xmlns="))
    }

    @Test func aLineChartShowsEveryRun() throws {
        let chart = LineChart(
            groups: ["one", "two"],
            lines: [
                .init(group: 0, points: [(1, 2), (2, 1), (3, 0.5)], marked: 3),
                .init(group: 1, points: [(1, 1.5), (2, .infinity)], marked: 9), .init(group: 1, points: []),
            ], xTitle: "epoch", yTitle: "loss")
        let elements = try #require(Elements(Figure("l", "t", description: "d", chart.drawing).file))
        #expect(elements.names.count { $0 == "polyline" } == 3)
        #expect(elements.texts["text"]?.contains("two") == true && elements.texts["text"]?.last == "epoch")
        // The mark of the first run; those of epochs that a run does not have are left out.
        #expect(elements.names.count { $0 == "circle" } == 1)
    }

    @Test func aDotChartTellsMeanAndDeviation() throws {
        let chart = DotChart(
            groups: ["a"],
            rows: [
                .init(name: "joy", detail: "n = 3", values: [Spread([60, 64])]),
                .init(name: "anger", values: [nil]),
            ], xTitle: "F1", range: 0...100)
        let elements = try #require(Elements(Figure("d", "t", description: "d", chart.drawing).file))
        let texts = elements.texts["text"] ?? []
        #expect(texts.prefix(8) == ["0", "20", "40", "60", "80", "100", "F1", "joy"])
        #expect(texts.contains("62.0") && texts.last == "anger")
        #expect(elements.names.count { $0 == "circle" } == 1)
        #expect(Spread([60, 64]).text == "62.00 ± 2.83" && Spread([60]).text == "60.00")
    }

    @Test func sharesAreThoseOfTheWholeRow() throws {
        let few = Figure.shares(
            "s", "Shares", rows: ["a", "b"], columns: ["x", "y"], [[1, 3], [0, 0]], rowTitle: "r", columnTitle: "c")
        #expect(
            few.numbers?.rows.map { $0.cells.map(\.text) } == [
                ["1 (25.0 %)", "3 (75.0 %)"], ["0 (0.0 %)", "0 (0.0 %)"],
            ])
        #expect(few.description == "r against c. a: most often y, 75 %; b: none.")
        let names = (0..<500).map { "class \($0)" }
        let many = Figure.shares(
            "s", "Shares", rows: names, columns: names, names.map { _ in [Int](repeating: 1, count: 500) },
            rowTitle: "r",
            columnTitle: "c")
        #expect(many.title == "Shares, the first 40 of 500 rows, the first 40 of 500 columns")
        #expect(many.numbers?.rows.count == 40 && many.numbers?.rows[0].cells.first?.text == "1 (0.2 %)")
        #expect(many.svg.utf8.count < 1_000_000)
    }

    @Test func aScatterPlotHasOneScaleAndAShapeForEachGroup() throws {
        let plot = ScatterPlot(
            groups: ["a", "b"], points: [(0, 0, 0), (10, 0, 1), (0, 5, 1), (10, 5, 0)], xTitle: "x", yTitle: "y")
        let elements = try #require(Elements(Figure("s", "t", description: "d", plot.drawing).file))
        #expect(elements.texts["text"] == ["a", "b", "x", "y"] && elements.names.count { $0 == "path" } == 4)
        let body = plot.drawing.body
        // 330 units of the side, less a margin of 8 on both sides, are 10: 5 of the other axis are half as long.
        #expect(body.contains("<path d=\"M28,271.5a2,2") && body.contains("d=\"M342,114.5a2,2"))
        let square = try #require(body.firstMatch(of: /M([\d.]+),([\d.]+)L[^"]*z" class="f1"/))
        #expect(Double(square.1) == 342.1 && Double(square.2) == 269.6)
        let alone = ScatterPlot(groups: ["a"], points: [(3, 3, 0)], xTitle: "", yTitle: "").drawing.body
        #expect(alone.contains("M185,171a2,2") && !alone.contains("nan"))
    }

    @Test func noTwoGroupsLookTheSame() {
        let markers = (0..<36).map { group in
            var drawing = Drawing(height: 10)
            drawing.marker(group, (5, 5))
            return drawing.body
        }
        let lines = (0..<36).map { "\($0 % Palette.series.count) \(Drawing.dash($0) ?? "")" }
        #expect(Set(markers).count == 36 && Set(lines).count == 36)
    }

    @Test func ticksAreRoundAndHoldAllValues() {
        #expect(Axis([0.13, 0.87], from: 0, to: 100).ticks.map { ($0 * 100).rounded() } == [0, 20, 40, 60, 80, 100])
        let losses = Axis([1.02, 1.79], from: 0, to: 1)
        #expect(losses.ticks.map(losses.label) == ["1.0", "1.2", "1.4", "1.6", "1.8"])
        let one = Axis([5, 5], from: 10, to: 20)
        #expect(one.range.contains(5) && (10...20).contains(one.place(5)))
        #expect(Axis([], from: 0, to: 1).range == 0...1)
        for values in [[1e29, -1e29], [1e308, .nan], [-1e-300, 1e-300], [1e20, 1e20 + 1e5]] {
            let axis = Axis(values, from: 0, to: 1)
            #expect(axis.ticks.count < 30 && axis.place(values[0]).isFinite && !axis.label(axis.ticks[0]).isEmpty)
        }
    }

    @Test func binsHoldEveryValue() {
        let whole = Bins(over: [1, 2, 3, 12], atMost: 6, whole: true)
        #expect(whole.count == 6 && whole.edge(0) == 0.5 && whole.edge(6) == 12.5)
        #expect(whole.counts(of: [1, 2, 3, 12]) == [2, 1, 0, 0, 0, 1])
        #expect(Bins(over: [4.0, 4.0], atMost: 9).counts(of: [4, 4]) == [2])
        #expect(Bins(over: [0.0, 1.0], atMost: 4).counts(of: [0, 0.25, 0.99, 1]) == [1, 1, 0, 2])
        #expect(Bins(over: [Double](), atMost: 4, whole: true).counts(of: []) == [0])
    }

    @Test func aLegendTakesAsManyRowsAsItNeeds() {
        #expect(Legend(["alone"], width: 350).height == 0)
        #expect(Legend(["a", "b"], width: 350).height == 22)
        let long = String(repeating: "x", count: 90)
        #expect(Legend([long, long], width: 350).height == 39)
    }
}
