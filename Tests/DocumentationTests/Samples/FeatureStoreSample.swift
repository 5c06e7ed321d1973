import FeatureStore
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func featureStoreSample() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        // sample
        let store = try Store(opening: path)
        for index in store.dialogues(inSplit: "test") {
            let dialogue = store.dialogues[index]
            let audio = try store.readRows(of: "audio", dialogue.range)  // Row by row, one for each utterance.
            print(dialogue.id, dialogue.range.count, audio.count)
        }
        // end
        #expect(store.dialogues(inSplit: "test").count == 3)
    }
}
