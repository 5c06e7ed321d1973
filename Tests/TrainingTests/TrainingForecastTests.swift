import ConversationModels
import Foundation
import Models
import TestSupport
import Testing

@testable import Training

/// What `--dry-run` says before a run.
@Suite struct TrainingForecastTests {
    @Test func saysWhatTheRunWouldBeAndWritesNothing() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 4
        let before = try tiny.folder.names()
        let forecast = try TrainingRun.forecast(tiny.plan("run"))
        #expect(try tiny.folder.names() == before)
        #expect(forecast.folder == tiny.folder.file("run") && forecast.contentID == tiny.store.contentID)
        #expect(forecast.parts.map(\.purpose) == ["train", "choose the epoch", "test"])
        #expect(forecast.parts.map(\.splits) == [["train"], ["valid"], ["test"]])
        #expect(forecast.parts.map(\.dialogues) == [6, 2, 3])
        let utterances = ["train", "valid", "test"].map { split in
            tiny.store.dialogues(inSplit: split).reduce(0) { $0 + tiny.store.dialogues[$1].range.count }
        }
        #expect(forecast.parts.map(\.utterances) == utterances)
        // Batches of two dialogues.
        #expect(forecast.parts.map(\.minibatches) == [3, 1, 2])
        #expect(forecast.stepsPerEpoch == 3 && forecast.measuredSteps == 3 && forecast.epochs == 4)
        #expect(forecast.secondsPerStep > 0 && forecast.secondsPerEvaluation > 0 && forecast.peakMemoryMiB > 0)
        #expect(abs(forecast.secondsPerEpoch - 3 * forecast.secondsPerStep) < 1e-9)
        #expect(forecast.secondsPerRun > 4 * forecast.secondsPerEpoch)

        let run = try TrainingRun.start(tiny.plan("run"))
        #expect(forecast.size.parameters == run.model.parameters.parameterCount)
        // Parameters and two moments, of four bytes each, are most of a checkpoint.
        let bytes = try FileManager.default.attributesOfItem(atPath: run.folder.lastCheckpoint)[.size] as? Int ?? 0
        #expect(forecast.checkpointBytes == 12 * forecast.size.parameters && forecast.checkpointBytes < bytes)
        let refused = message { _ = try TrainingRun.forecast(tiny.plan("run")) }
        #expect(refused.contains("exists already and is never overwritten"), "\(refused)")
    }

    /// The released variant has weights for the positions of the largest minibatch, and the corrected one has none.
    @Test func saysWhetherTheParametersFollowFromTheLargestMinibatch() throws {
        var tiny = try TinyRun()
        let longest = tiny.store.dialogues.map(\.range.count).sorted(by: >).prefix(2).reduce(0, +)
        let batch = BatchShape(dialogues: 2, utterances: longest)
        let released = try TrainingRun.forecast(tiny.plan("released"))
        #expect(released.size.largestBatch == batch)
        #expect(
            released.text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
                "another batch size is another model"))
        #expect(try JSON.decode(RunResult.self, text(tiny.train("released").result)).parametersSizedFor == batch)

        tiny.configuration.vuemo.variant = .corrected
        let corrected = try TrainingRun.forecast(tiny.plan("corrected"))
        #expect(corrected.size.largestBatch == nil && !corrected.text.contains("another batch size"))
        let result = try text(tiny.train("corrected").result)
        #expect(result.contains("\"parameters_sized_for\" : null"))
        #expect(result.contains("\"parameters\" : \(corrected.size.parameters)"))
    }

    @Test func theProtocolPaperTrainsOnBoth() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.protocol = .paper
        // All minibatches of an epoch in one step.
        tiny.configuration.training.accumulation = 100
        let forecast = try TrainingRun.forecast(tiny.plan("run"))
        #expect(forecast.parts.map(\.splits) == [["train", "valid"], ["test"], ["test"]])
        #expect(forecast.parts.map(\.dialogues) == [8, 3, 3])
        #expect(forecast.stepsPerEpoch == 1 && forecast.measuredSteps == 1)
        for line in forecast.text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
}
