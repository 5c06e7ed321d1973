import Models
import Configuration
import ConversationModels
import Foundation
import TestSupport
import Testing

@testable import Training

/// Training knows no model: what it does with VUEMO it does with another.
@Suite struct OtherModelTests {
    private func tiny(_ name: String = "gru") throws -> TinyRun {
        var tiny = try TinyRun()
        tiny.configuration = RunConfiguration(models: .all, definition: try #require(ModelRegister.all[name]))
        for key in tiny.configuration.model.entries.map(\.name) where key.hasSuffix("Size") {
            #expect(tiny.configuration.model.assign(.scalar("8"), to: key) == nil)
        }
        tiny.configuration.training.batchSize = 2
        tiny.configuration.training.epochs = 12
        tiny.configuration.training.loss = .crossEntropy
        tiny.configuration.optimizer.learningRate = 1e-2
        return tiny
    }

    @Test(arguments: ModelRegister.all.models.map(\.name)) func trainsResumesAndEvaluates(name: String) throws {
        let tiny = try tiny(name)
        let folder = try tiny.train("whole")
        let metrics = try comparableMetrics(folder)
        #expect(metrics.last!.trainLoss < metrics[0].trainLoss)
        let result = try RunEvaluator.evaluate(folder, store: tiny.store, models: .all, split: "test")
        #expect(try JSON.decode(RunResult.self, text(folder.result)) == result)

        // A run that was interrupted goes on to the same bits.
        do {
            let run = try TrainingRun.start(tiny.plan("broken"))
            let interruption = Interruption()
            _ = try run.run(interruption: interruption) { event in
                if case .epoch(let metrics, _, _) = event, metrics.epoch == 5 { interruption.request() }
            }
        }
        let broken = RunFolder(tiny.folder.file("broken"))
        #expect(!FileManager.default.fileExists(atPath: broken.result))
        _ = try TrainingRun.resume(broken, store: tiny.store, models: .all).run()
        #expect(try arrays(broken.lastCheckpoint) == arrays(folder.lastCheckpoint))
    }

    @Test func isNamedInItsConfiguration() throws {
        let tiny = try tiny()
        let record = try tiny.train("run").record(models: .all)
        #expect(record.configuration.definition.name == "gru" && record.configuration == tiny.configuration)
        #expect(record.yaml.hasPrefix("model:\n  name: gru\n"))
        #expect(
            message { _ = try record.continued(with: [ConfigurationAssignment(setting: "model.name=vuemo")]) }
                .contains("model.name is gru in the run and cannot become vuemo"))
        let unknown = message {
            _ = try RunConfiguration(yaml: "model: {name: lstm}", name: "c.yaml", models: .all)
        }
        #expect(
            unknown
                == "c.yaml: model.name must be one of vuemo, bclstm, dialoguernn, gru, linear, m3net, mmgcn, not \"lstm\"."
        )
        // A key of the other model is unknown here.
        #expect(
            message {
                _ = try RunConfiguration(yaml: "model: {name: gru, vueLayers: 2}", name: "c.yaml", models: .all)
            }
            .contains("there is no key model.vueLayers"))
    }
}
