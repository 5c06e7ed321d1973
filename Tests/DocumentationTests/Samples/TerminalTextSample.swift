import TerminalText
import Testing

extension ModuleDocumentTests {
    @Test func terminalTextSample() throws {
        // sample
        var table = TextTable([.left("class"), .right("F1", atLeast: 6)])
        table.add(["happy", "71.20"])
        table.add(["sad", "8.05"])
        let text = table.lines.joined(separator: "\n")
        // end
        #expect(text == "class      F1\nhappy   71.20\nsad      8.05")
    }
}
