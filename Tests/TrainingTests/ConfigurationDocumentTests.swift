import ConversationModels
import Foundation
import Testing

@testable import Training

@Suite struct ConfigurationDocumentTests {
    /// docs/configuration.md says what the keys say. With UPDATE_DOCS=1 in the environment it is written anew.
    @Test func thePageIsMadeFromTheKeys() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appending(path: "docs/configuration.md")
        let expected = RunConfiguration.document(models: .test)
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try Data(expected.utf8).write(to: page)
        }
        #expect(try String(contentsOf: page, encoding: .utf8) == expected, "run the tests once with UPDATE_DOCS=1")
    }
}
