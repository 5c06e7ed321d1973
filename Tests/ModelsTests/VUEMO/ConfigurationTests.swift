import ConversationModels
import Conversations
import Testing
import Models

@Suite struct ConfigurationTests {
    @Test(arguments: [("avl", 4, 26), ("al", 3, 15), ("v", 2, 7)])
    func hyperedgeCounts(letters: String, streams: Int, hyperedges: Int) {
        // Two dialogues with three utterances in all.
        let c = SmallModel.configuration(.released, modalities: letters)
        #expect(c.streams == streams)
        #expect(c.hyperedgeCount(BatchShape(dialogues: 2, utterances: 3)) == hyperedges)
        #expect(c.nodeCount(BatchShape(dialogues: 2, utterances: 3)) == 3 * streams)
    }
}
