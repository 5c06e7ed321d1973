import ArgumentParser
import CommandSupport
import Testing

extension ModuleDocumentTests {
    @Test func commandSupportSample() throws {
        // sample
        struct Count: ParsableCommand {
            @OptionGroup var report: FormatOption

            func run() throws {
                try report.print(text: "3 dialogues", json: JSONText.of(["dialogues": 3]))
            }
        }
        // end
        let command = try #require(try Count.parseAsRoot(["--format", "json"]) as? Count)
        #expect(command.report.format == .json)
    }
}
