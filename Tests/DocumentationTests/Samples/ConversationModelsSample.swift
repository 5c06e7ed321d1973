import ConversationModels
import Tensors
import Testing

extension ModuleDocumentTests {
    @Test func conversationModelsSample() throws {
        // sample
        // Two dialogues, of three and of two utterances.
        let batch = ConversationBatch(
            text: [Tensor(rows: 5, columns: 8, repeating: 0)], audio: nil, visual: nil,
            speakers: [0, 1, 0, 0, 1], lengths: [3, 2])
        let shape = batch.shape  // 2 dialogues, 5 utterances
        // end
        #expect(shape == BatchShape(dialogues: 2, utterances: 5))
    }
}
