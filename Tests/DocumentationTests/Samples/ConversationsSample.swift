import Conversations
import Testing

extension ModuleDocumentTests {
    @Test func conversationsSample() throws {
        // sample
        let modalities = Modalities(letters: "la")
        let streams = modalities?.members.map(\.rawValue)  // ["text", "audio"]: the order of the streams
        // end
        #expect(streams == ["text", "audio"])
    }
}
