import Conversion
import Testing

extension ModuleDocumentTests {
    @Test func conversionSample() throws {
        // sample
        // A tenth of the train dialogues become the validation split; the same seed chooses the same ones.
        let choice = SplitChoice(validFraction: 0.1, seed: 3)
        let progress: ConversionProgressHandler = { progress in
            print(progress.stage, progress.completed, "of", progress.total)
        }
        // end
        try progress(ConversionProgress(stage: "Reading", completed: 1, total: 2))
        #expect(choice.testFraction == nil)
    }
}
