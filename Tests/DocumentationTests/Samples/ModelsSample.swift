import Autodiff
import Configuration
import ConversationModels
import Conversations
import Tensors
import Testing
import Models

extension ModuleDocumentTests {
    @Test func vuemoSample() throws {
        // sample
        let shape = DatasetShape(
            textWidth: 8, textLayers: 1, classes: 3, speakers: 2,
            largestBatch: BatchShape(dialogues: 2, utterances: 5))
        var settings = Settings<VUEMOKeys>()
        settings.modalities = Modalities([.text]) ?? .all
        let model = VUEMOModel(VUEMOConfiguration(settings, shape), seed: 1)

        let batch = ConversationBatch(
            text: [Tensor(rows: 5, columns: 8, repeating: 0.5)], audio: nil, visual: nil,
            speakers: [0, 1, 0, 0, 1], lengths: [3, 2])
        let output = try model.logProbabilities(batch, on: Tape(mode: .evaluation), stages: nil)  // [5, 3]
        // end
        #expect(output.rows == 5 && output.columns == 3)
    }
}
