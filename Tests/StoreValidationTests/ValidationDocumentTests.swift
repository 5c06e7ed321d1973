import TestSupport
import Testing

@testable import StoreValidation

@Suite struct ValidationDocumentTests {
    /// The rows of docs/validation.md are the codes. With UPDATE_DOCS=1 in the environment they are written anew.
    @Test func thePageListsTheCodes() throws {
        let rows = FindingCode.all.map {
            "| `\($0.rawValue)` | \($0.title) | \($0.hint.isEmpty ? "Nothing." : $0.hint) |"
        }
        let path = "docs/validation.md"
        let page = try ProjectFiles.text(path)
        let first = try #require(page.firstRange(of: "|---|---|---|\n"))
        try ProjectFiles.update(path, page[..<first.upperBound] + rows.joined(separator: "\n") + "\n")
        let listed = try ProjectFiles.text(path).split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(listed == rows, "\(ProjectFiles.hint)")
    }
}
