import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Training

/// `training.averageLast`: the mean of the parameters after the last epochs is what is evaluated and kept as the best.
@Suite struct WeightAverageTests {
    /// The parameters after each epoch, from the kept checkpoints of a run without averaging.
    private func parametersAfterEachEpoch(_ folder: RunFolder, epochs: Int) throws -> [[String: [Float]]] {
        try (1...epochs).map { try arrays(folder.keptCheckpoint(epoch: $0)).filter { $0.key.hasPrefix("parameters/") } }
    }

    private func tiny() throws -> TinyRun {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 5
        tiny.configuration.training.keepEvery = 1
        return tiny
    }

    /// A plain statement: the arithmetic mean of what a run without averaging had after the last three epochs, or of as many as there are.
    @Test func theMeanOfTheLastEpochsIsKept() throws {
        var tiny = try tiny()
        let plain = try parametersAfterEachEpoch(tiny.train("plain"), epochs: 5)
        tiny.configuration.training.averageLast = 3
        let folder = try tiny.train("averaged")
        let result = try JSON.decode(RunResult.self, text(folder.result))
        for epoch in 1...5 {
            let own = try arrays(folder.keptCheckpoint(epoch: epoch))
            let last = plain[max(0, epoch - 3)..<epoch]
            for (name, values) in plain[epoch - 1] {
                let kept = try #require(own[name])
                // Running statistics are the latest.
                let isBuffer = name.contains("running_") || name.contains("num_batches")
                for index in values.indices {
                    let mean = last.reduce(0.0) { $0 + Double($1[name]![index]) } / Double(last.count)
                    let expected = isBuffer ? Double(values[index]) : mean
                    #expect(abs(Double(kept[index]) - expected) <= 1e-6 * max(1, abs(expected)), "\(name) \(epoch)")
                }
            }
        }
        // Training itself is not touched: last.h5 goes on from the parameters of its own.
        let last = try arrays(folder.lastCheckpoint)
        for (name, values) in plain[4] { #expect(last[name] == values, "\(name)") }
        #expect(try arrays(folder.bestCheckpoint) == arrays(folder.keptCheckpoint(epoch: result.chosenEpoch)))
    }

    /// What the epoch's line and the result say is what the mean scores.
    @Test func theMeanIsEvaluated() throws {
        var tiny = try tiny()
        let plain = try comparableMetrics(tiny.train("plain"))
        tiny.configuration.training.averageLast = 2
        let run = try TrainingRun.start(tiny.plan("averaged"))
        _ = try run.run()
        let metrics = try comparableMetrics(run.folder)
        // The first epoch is alone; the losses of the steps are those without averaging.
        #expect(metrics[0] == plain[0])
        #expect(zip(metrics, plain).allSatisfy { $0.stepLosses == $1.stepLosses })
        #expect(metrics[1].validLoss != plain[1].validLoss)
        for epoch in 1...5 {
            try CheckpointFile.readParameters(run.folder.keptCheckpoint(epoch: epoch), into: run.model.parameters)
            let evaluation = try #require(
                try Evaluation.run(
                    run.model, source: run.source, dialogues: run.splits.selection, settings: run.settings,
                    interruption: nil))
            #expect(evaluation.loss == metrics[epoch - 1].validLoss)
        }
        let evaluated = try RunEvaluator.evaluate(run.folder, store: tiny.store, models: .all, split: "test")
        #expect(try evaluated == JSON.decode(RunResult.self, text(run.folder.result)))
    }

    /// Stopped at every step and in every evaluation, it ends with the same bits.
    @Test func anInterruptedRunGoesOnToTheSameBits() throws {
        var tiny = try tiny()
        tiny.configuration.training.averageLast = 3
        let whole = try tiny.train("whole")
        var run: TrainingRun? = try TrainingRun.start(tiny.plan("stopped"))
        let folder = run!.folder
        for turn in 0..<100 {
            let interruption = Interruption()
            let outcome = try run!.run(interruption: interruption) { event in
                switch event {
                case .step: interruption.request()
                case .evaluating where turn % 2 == 0: interruption.request()
                default: break
                }
            }
            run = nil
            if case .finished = outcome { break }
            run = try TrainingRun.resume(folder, store: tiny.store, models: .all)
        }
        #expect(try comparableMetrics(folder) == comparableMetrics(whole))
        for (own, other) in [
            (folder.lastCheckpoint, whole.lastCheckpoint), (folder.bestCheckpoint, whole.bestCheckpoint),
        ] {
            #expect(try arrays(own) == arrays(other))
        }
        #expect(try text(folder.result) == text(whole.result))
        #expect(try text(folder.predictions) == text(whole.predictions))
    }

    /// A checkpoint without the parameters that are averaged is told, not taken for one.
    @Test func lastHoldsWhatIsAveraged() throws {
        var tiny = try tiny()
        tiny.configuration.training.averageLast = 3
        tiny.configuration.training.epochs = 2
        let folder = try tiny.train("run")
        let file = try File(opening: folder.lastCheckpoint)
        #expect(try file.memberNames(of: "averaging") == ["0", "1"])
        let best = try File(opening: folder.bestCheckpoint)
        let hasSnapshots = best.exists("averaging")
        #expect(!hasSnapshots)
        // The mean in the place of what training goes on with: no state to go on from.
        try FileManager.default.removeItem(atPath: folder.lastCheckpoint)
        try FileManager.default.copyItem(atPath: folder.keptCheckpoint(epoch: 2), toPath: folder.lastCheckpoint)
        let said = message { _ = try TrainingRun.resume(folder, store: tiny.store, models: .all) }
        #expect(said.contains("no run can be continued from it"), "\(said)")
    }

    /// Every epoch of the public code has the same order and the same masks.
    @Test func everyEpochCanBeSeededAnew() throws {
        var tiny = try TinyRun()
        // Nothing moves: the losses of a step differ by its dialogues and masks only.
        tiny.configuration.optimizer.learningRate = 0
        tiny.configuration.vuemo.textNorm = .none
        let usual = try comparableMetrics(tiny.train("usual")).map(\.stepLosses)
        #expect(usual[0] != usual[1] && usual[1] != usual[2])
        tiny.configuration.training.reseedEachEpoch = true
        let again = try comparableMetrics(tiny.train("again")).map(\.stepLosses)
        #expect(again[0] == usual[0] && again[1] == again[0] && again[2] == again[0])
        let splits = try TrainingSplits(store: tiny.store, protocol: .sound)
        #expect(
            splits.batches(epoch: 1, tiny.configuration.training)
                == splits.batches(epoch: 7, tiny.configuration.training))
    }
}
