import Foundation
import Testing
import VUEMO

@Suite struct ConfigurationTests {
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
        #expect(Modalities([ModalityKind.visual, .text])?.members == [.text, .visual])
        #expect(Modalities([ModalityKind]()) == nil)
    }

    @Test func jsonRoundTrip() throws {
        let c = SmallModel.configuration(.corrected, modalities: "al", norm: .layer)
        let decoded = try JSONDecoder().decode(VUEMOConfiguration.self, from: JSONEncoder().encode(c))
        #expect(decoded == c)
        let faulty = try String(decoding: JSONEncoder().encode(c), as: UTF8.self).replacingOccurrences(
            of: "\"al\"", with: "\"aq\"")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(VUEMOConfiguration.self, from: Data(faulty.utf8))
        }
    }

    @Test(arguments: [("avl", 4, 26), ("al", 3, 15), ("v", 2, 7)])
    func hyperedgeCounts(letters: String, streams: Int, hyperedges: Int) {
        // Two dialogues with three utterances in all.
        let c = SmallModel.configuration(.released, modalities: letters)
        #expect(c.streams == streams)
        #expect(c.hyperedgeCount(dialogues: 2, utterances: 3) == hyperedges)
        #expect(c.nodeCount(utterances: 3) == 3 * streams)
    }
}
