import Configuration
import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

import Files

@testable import Training

@Suite struct ResumeTests {
    /// Stops a run after `steps` steps, continues it from its files alone, and compares everything with a run that never stopped.
    @Test(arguments: [1, 2, 3, 4, 7, 9]) func endsWithTheSameBitsWhereverItStopped(steps: Int) throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        do {
            let interruption = Interruption()
            var seen = 0
            let run = try TrainingRun.start(tiny.plan("stopped"))
            let outcome = try run.run(interruption: interruption) { event in
                if case .step = event {
                    seen += 1
                    if seen == steps { interruption.request() }
                }
            }
            guard case .interrupted = outcome else {
                Issue.record("the run was not interrupted")
                return
            }
        }
        let folder = RunFolder(tiny.folder.file("stopped"))
        try finish(folder, tiny)
        try expectEqual(folder, whole)
    }

    @Test func canBeInterruptedAgainAndAgain() throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        var run: TrainingRun? = try TrainingRun.start(tiny.plan("stopped"))
        let folder = run!.folder
        var rounds = 0
        while true {
            let interruption = Interruption()
            let outcome = try run!.run(interruption: interruption) { if case .step = $0 { interruption.request() } }
            run = nil
            if case .finished = outcome { break }
            rounds += 1
            // After the last step the wish comes in the evaluation; then a continued run has no steps left to stop after.
            try #require(rounds < 50)
            run = try TrainingRun.resume(folder, store: tiny.store, models: .all)
        }
        #expect(rounds >= 9)
        try expectEqual(folder, whole)
    }

    /// A kill between two writes leaves metrics.jsonl ahead of the checkpoint or behind it, with half a line, and best.h5 behind.
    @Test func repairsWhatAKillLeaves() throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        let stopped = try tiny.train("stopped")
        try FileManager.default.removeItem(atPath: stopped.result)
        try FileManager.default.removeItem(atPath: stopped.predictions)
        try TextFile.append("{\"epoch\":4,\"train_lo", to: stopped.metrics)
        try finish(stopped, tiny)
        try expectEqual(stopped, whole)
    }

    @Test func publishesABestCheckpointThatAKillPrevented() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 1
        let whole = try tiny.train("whole")
        let stopped = try tiny.train("stopped")
        try FileManager.default.removeItem(atPath: stopped.bestCheckpoint)
        try TextFile.replace(stopped.metrics, with: "")
        try finish(stopped, tiny)
        try expectEqual(stopped, whole)
        #expect(try arrays(stopped.bestCheckpoint) == arrays(whole.bestCheckpoint))
    }

    @Test func aNewRunCanBeResumedBeforeItsFirstStep() throws {
        let tiny = try TinyRun()
        let whole = try tiny.train("whole")
        let folder = try TrainingRun.start(tiny.plan("stopped")).folder
        let refused = message { _ = try RunEvaluator.evaluate(folder, store: tiny.store, models: .all, split: "test") }
        #expect(refused.contains("has no epoch to evaluate yet"))
        try finish(folder, tiny)
        try expectEqual(folder, whole)
    }

    @Test func refusesAnotherStoreOrConfiguration() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        var other = SyntheticStore()
        other.seed = 9
        let elsewhere = try TinyRun(other)
        #expect(
            message { _ = try TrainingRun.resume(folder, store: elsewhere.store, models: .all) }.contains(
                "holds other data"))
        #expect(
            message { _ = try RunEvaluator.evaluate(folder, store: elsewhere.store, models: .all, split: "test") }
                .contains(
                    "holds other data"))
        let yaml = try text(folder.configuration).replacingOccurrences(of: "hiddenSize: 8", with: "hiddenSize: 16")
        try TextFile.replace(folder.configuration, with: yaml)
        let refused = message { _ = try TrainingRun.resume(folder, store: tiny.store, models: .all) }
        #expect(refused.contains("model.hiddenSize is 8 there and 16 in config.yaml"), "\(refused)")
    }

    /// A best.h5 that is not the run's best epoch is found before anything is trained, and never evaluated.
    @Test(arguments: ["last", "earlier", "another run", "damaged", "missing"])
    func refusesABestCheckpointOfAnotherEpoch(what: String) throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 8
        let (whole, first) = (RunFolder(tiny.folder.file("whole")), tiny.folder.file("first.h5"))
        do {
            _ = try TrainingRun.start(tiny.plan("whole")).run { event in
                guard case .epoch(let metrics, _, _) = event, metrics.epoch == 1 else { return }
                try? FileManager.default.copyItem(atPath: whole.bestCheckpoint, toPath: first)
            }
        }
        let history = try CheckpointFile.readHeader(whole.lastCheckpoint, models: .all).progress.history
        let best = try #require(history.best?.epoch)
        try #require(best > 1 && best < 8, "the test needs a best epoch in the middle, not \(best)")
        let result = try text(whole.result)
        func place(_ source: String) throws {
            try FileManager.default.removeItem(atPath: whole.bestCheckpoint)
            try FileManager.default.copyItem(atPath: source, toPath: whole.bestCheckpoint)
        }
        let word: String
        switch what {
        case "last":
            try place(whole.lastCheckpoint)
            word = "holds the state after epoch 8, but the best epoch of the run is \(best)"
        case "earlier":
            try place(first)
            word = "holds the state after epoch 1, but"
        case "another run":
            let other = try tiny.train("other").bestCheckpoint
            try place(other)
            word = "comes from another run"
        case "damaged":
            let file = try File(updating: whole.bestCheckpoint)
            let weights = try file.openDataset("parameters/classify.weight")
            let columns = weights.shape[1]
            try weights.write(rows: 0..<1, from: [Float](repeating: 0.25, count: columns))
            try file.close()
            word = "checksum"
        default:
            try FileManager.default.removeItem(atPath: whole.bestCheckpoint)
            word = "is missing"
        }
        let refused = message { _ = try TrainingRun.resume(whole, store: tiny.store, models: .all) }
        #expect(refused.contains(word), "\(refused)")
        let evaluated = message { _ = try RunEvaluator.evaluate(whole, store: tiny.store, models: .all, split: "test") }
        #expect(evaluated.contains(word), "\(evaluated)")
        #expect(try text(whole.result) == result)
    }

    @Test func refusesOptionsThatWouldChangeTheRun() throws {
        let tiny = try TinyRun()
        let record = try TrainingRun.start(tiny.plan("run")).folder.record(models: .all)
        func continued(_ key: String, _ value: String) throws -> RunRecord {
            try record.continued(with: [ConfigurationAssignment(key: key, value: value, option: "--option")])
        }
        let epochs = record.configuration.training.epochs
        #expect(try continued("training.epochs", "\(epochs)").configuration == record.configuration)
        #expect(try continued("training.epochs", "\(epochs + 4)").configuration.training.epochs == epochs + 4)
        #expect(try continued("training.prefetch", "7").configuration.training.prefetch == 7)
        let refused = message { _ = try continued("training.seed", "3") }
        #expect(refused.contains("training.seed is 1475 in the run and cannot become 3"))
        let fewer = message { _ = try continued("training.epochs", "1") }
        #expect(fewer.contains("training.epochs is \(epochs) in the run and cannot fall to 1"), "\(fewer)")
    }

    /// More epochs give the run that had them from the beginning.
    @Test func epochsCanBeAdded() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 5
        let whole = try tiny.train("whole")
        tiny.configuration.training.epochs = 2
        let short = try tiny.train("short")
        let record = try short.record(models: .all).continued(with: [
            ConfigurationAssignment(key: "training.epochs", value: "5", option: "--epochs")
        ])
        do {
            let run = try TrainingRun.resume(short, as: record, store: tiny.store, models: .all)
            #expect(run.finishedEpochs == nil)
            _ = try run.run()
        }
        try expectEqual(short, whole)
        #expect(try short.record(models: .all).configuration.training.epochs == 5)
        #expect(try TrainingRun.resume(short, store: tiny.store, models: .all).finishedEpochs == 5)

        // Where every step depends on the number of epochs, it stays.
        tiny.configuration.optimizer.schedule = .cosine
        let cosine = try tiny.train("cosine").record(models: .all)
        let refused = message {
            _ = try cosine.continued(with: [
                ConfigurationAssignment(key: "training.epochs", value: "5", option: "--epochs")
            ])
        }
        #expect(refused.contains("training.epochs is 2 in the run and cannot become 5"), "\(refused)")
    }

    @Test func namesAFolderThatIsNoRun() throws {
        let folder = try TemporaryFolder()
        #expect(message { _ = try RunFolder(folder.path).record(models: .all) }.contains("is no run folder"))
        #expect(
            message { _ = try RunFolder(folder.file("missing")).record(models: .all) }.contains("is no run folder"))
    }

    private func finish(_ folder: RunFolder, _ tiny: TinyRun) throws {
        let run = try TrainingRun.resume(folder, store: tiny.store, models: .all)
        guard case .finished = try run.run() else {
            Issue.record("the continued run did not finish")
            return
        }
    }

    private func expectEqual(_ folder: RunFolder, _ whole: RunFolder) throws {
        #expect(try arrays(folder.lastCheckpoint) == arrays(whole.lastCheckpoint))
        #expect(try comparableMetrics(folder) == comparableMetrics(whole))
        #expect(try text(folder.result) == text(whole.result))
        #expect(try text(folder.predictions) == text(whole.predictions))
    }
}
