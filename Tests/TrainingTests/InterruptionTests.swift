import Foundation
import TestSupport
import Testing

@testable import Training

/// Wishes that a run follows: to write a checkpoint and go on, and to end when the time is up.
@Suite struct InterruptionTests {
    @Test func aCheckpointThatWasAskedForChangesNothing() throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        let run = try TrainingRun.start(tiny.plan("asked"))
        let interruption = Interruption()
        var written: [String] = []
        _ = try run.run(interruption: interruption) { event in
            switch event {
            // Not at the end of an epoch, where a checkpoint is written anyway.
            case .step(let epoch, _, let step, _, _) where epoch == 2 && step == 1: interruption.requestCheckpoint()
            case .checkpoint(let path):
                let progress = try? CheckpointFile.readHeader(path, models: .all).progress
                written.append("\(progress?.completedEpochs ?? -1) epochs, \(progress?.stepInEpoch ?? -1) steps")
            default: break
            }
        }
        #expect(written == ["1 epochs, 1 steps"])
        #expect(try comparableMetrics(run.folder) == comparableMetrics(whole))
        #expect(try text(run.folder.predictions) == text(whole.predictions))
    }

    @Test func aRunEndsWhenItsTimeIsUpAndGoesOn() throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        var run = try TrainingRun.start(tiny.plan("limited"))
        let over = Interruption(at: ContinuousClock.now - .seconds(1))
        guard case .interrupted(epoch: 1, step: 0) = try run.run(interruption: over) else {
            Issue.record("the time was up")
            return
        }
        #expect(over.isOutOfTime && !FileManager.default.fileExists(atPath: run.folder.result))
        let folder = run.folder
        // The first one ends, and with it its hold on the folder.
        run = try TrainingRun.start(tiny.plan("other"))
        run = try TrainingRun.resume(folder, store: tiny.store, models: .all)
        let later = Interruption(at: ContinuousClock.now + .seconds(3600))
        guard case .finished = try run.run(interruption: later) else {
            Issue.record("there was time")
            return
        }
        #expect(!later.isOutOfTime)
        #expect(try comparableMetrics(folder) == comparableMetrics(whole))
    }

    /// What is told as a run's result is that of its end.
    @Test func aRunThatGetsMoreEpochsHasNoResultMeanwhile() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 1
        let folder = try tiny.train("run")
        var record = try folder.record(models: .all)
        record.configuration.training.epochs = 3
        let interruption = Interruption()
        interruption.request()
        let run = try TrainingRun.resume(folder, as: record, store: tiny.store, models: .all)
        _ = try run.run(interruption: interruption)
        #expect(!FileManager.default.fileExists(atPath: folder.result))
        #expect(try folder.record(models: .all).configuration.training.epochs == 3)
        #expect(try folder.epochs().map(\.epoch) == [1])
    }

    @Test func theHistoryIsReadWithoutALineThatWasCutOff() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let whole = try text(folder.metrics)
        try Data((whole + "{\"epoch\":4,\"tr").utf8).write(to: URL(filePath: folder.metrics))
        #expect(try folder.epochs().map(\.epoch) == [1, 2, 3])
        try Data(("nothing\n" + whole).utf8).write(to: URL(filePath: folder.metrics))
        let refused = message { _ = try folder.epochs() }
        #expect(refused.contains("metrics.jsonl, line 1, is not what vuemo train wrote"), "\(refused)")
    }
}
