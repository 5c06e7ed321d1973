import ConversationModels
import TestSupport
import Testing

@testable import Training

@Suite struct ConfigurationDocumentTests {
    /// docs/configuration.md says what the keys say. With UPDATE_DOCS=1 in the environment it is written anew.
    @Test func thePageIsMadeFromTheKeys() throws {
        let page = "docs/configuration.md"
        let expected = RunConfiguration.document(models: .all)
        try ProjectFiles.update(page, expected)
        #expect(try ProjectFiles.text(page) == expected, "\(ProjectFiles.hint)")
    }
}
