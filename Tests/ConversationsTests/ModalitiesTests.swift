import Conversations
import Testing

@Suite struct ModalitiesTests {
    @Test(arguments: [("avl", "avl"), ("lav", "avl"), ("l", "l"), ("la", "al"), ("vl", "vl")])
    func lettersInAnyOrder(written: String, canonical: String) throws {
        let modalities = try #require(Modalities(letters: written))
        #expect(modalities.description == canonical && modalities.count == written.count)
    }

    @Test(arguments: ["", "x", "aa", "avlx", "A", "a v"])
    func refusedLetters(letters: String) {
        #expect(Modalities(letters: letters) == nil)
    }

    /// Streams stand in the order l, a, v.
    @Test func orderOfStreams() {
        #expect(Modalities.all.members == [.text, .audio, .visual])
        #expect(Modalities([Modality.visual, .text])?.members == [.text, .visual])
        #expect(Modalities([Modality]()) == nil)
    }

    /// Stores name a modality by its word, options by its letter.
    @Test func names() {
        #expect(Modality.allCases.map(\.rawValue) == ["text", "audio", "visual"])
        #expect("lav".compactMap(Modality.init(letter:)) == Modality.allCases)
        #expect(Modality(letter: "x") == nil)
    }
}
