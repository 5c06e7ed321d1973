import Foundation
import Testing

@testable import StoreValidation

@Suite struct ValidationDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func page(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The rows of docs/validation.md are the codes. With UPDATE_DOCS=1 in the environment they are written anew.
    @Test func thePageListsTheCodes() throws {
        let rows = FindingCode.all.map {
            "| `\($0.rawValue)` | \($0.title) | \($0.hint.isEmpty ? "Nothing." : $0.hint) |"
        }
        let path = Self.root.appending(path: "docs/validation.md")
        var page = try Self.page("docs/validation.md")
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1", let first = page.range(of: "|---|---|---|\n") {
            page = page[..<first.upperBound] + rows.joined(separator: "\n") + "\n"
            try Data(page.utf8).write(to: path)
        }
        let listed = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(listed == rows, "run the tests once with UPDATE_DOCS=1")
    }

    /// FORMAT.md names every code too.
    @Test func theFormatNamesTheCodes() throws {
        let format = try Self.page("FORMAT.md")
        for code in FindingCode.all { #expect(format.contains(code.rawValue), "\(code.rawValue)") }
    }
}
