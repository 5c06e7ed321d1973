import Configuration
import Experiments
import FeatureStore
import Models
import TestSupport
import Testing
import Training

extension ModuleDocumentTests {
    @Test func experimentsSample() throws {
        let scratch = try TemporaryFolder()
        let (path, folders) = (scratch.file("store.h5"), [scratch.file("one"), scratch.file("two")])
        try SyntheticStore().write(to: path)
        for (folder, model) in zip(folders, ["model.name=gru", "model.name=vuemo"]) {
            let store = try Store(opening: path)
            let configuration = try RunConfiguration.resolve(
                dataset: DatasetFacts(store), preset: nil,
                assignments: [model, "model.hiddenSize=8", "training.epochs=1"].map {
                    try ConfigurationAssignment(setting: $0)
                },
                threads: 1, models: .all)
            _ = try TrainingRun.start(
                .init(store: store, configuration: configuration, output: folder, toolVersion: "1.0")
            ).run()
        }
        // sample
        let runs = try folders.map { try FinishedRun(RunFolder($0), models: .all) }
        let comparison = try RunComparison(runs, by: ["model.name"])
        print(try comparison.written(as: .text))
        // end
        #expect(comparison.groups.map(\.name) == ["name=gru", "name=vuemo"])
    }
}
