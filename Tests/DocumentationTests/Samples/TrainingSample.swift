import Models
import Configuration
import ConversationModels
import FeatureStore
import TestSupport
import Testing
import Training

extension ModuleDocumentTests {
    @Test func trainingSample() throws {
        let scratch = try TemporaryFolder()
        let (path, folder) = (scratch.file("store.h5"), scratch.file("run"))
        try SyntheticStore().write(to: path)
        // sample
        let store = try Store(opening: path)
        let configuration = try RunConfiguration.resolve(
            dataset: DatasetFacts(store), preset: nil,
            assignments: ["model.name=gru", "model.hiddenSize=8", "training.epochs=1"].map {
                try ConfigurationAssignment(setting: $0)
            },
            threads: 1, models: .all)
        let run = try TrainingRun.start(
            .init(store: store, configuration: configuration, output: folder, toolVersion: "1.0"))
        let outcome = try run.run()
        if case .finished(let result) = outcome { print(result.weightedF1 ?? .nan) }
        // end
        guard case .finished = outcome else {
            Issue.record("the run did not end")
            return
        }
    }
}
