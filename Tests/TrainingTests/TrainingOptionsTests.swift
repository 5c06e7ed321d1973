import Configuration
import Foundation
import Metrics
import Models
import Optimizers
import TestSupport
import Testing

@testable import Training

/// What a run does beside plain epochs: accumulation, early stopping, the choice of the epoch, schedules, weights of classes.
@Suite struct TrainingOptionsTests {
    /// Gradients of two minibatches, added up, are those of the two together; the weights of labels differ, so a mean of means is not.
    @Test(arguments: [LossFunction.weightedNLL, .focal, .focalReleased, .crossEntropy])
    func accumulatedMinibatchesAreOne(loss: LossFunction) throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 8, valid: 2, test: 2)
        var tiny = try TinyRun(synthetic)
        tiny.configuration.vuemo.variant = .corrected
        tiny.configuration.vuemo.dropout = 0
        // A batch norm has the statistics of its own minibatch.
        tiny.configuration.vuemo.textNorm = .none
        tiny.configuration.training.loss = loss
        tiny.configuration.training.classFrequencies = [0.6, 0.3, 0.1]
        tiny.configuration.training.labelSmoothing = 0.1
        tiny.configuration.training.epochs = 1
        tiny.configuration.training.batchSize = 8
        let whole = try tiny.train("whole")
        tiny.configuration.training.batchSize = 3
        tiny.configuration.training.accumulation = 3
        let added = try tiny.train("added")
        let (one, other) = (try arrays(whole.lastCheckpoint), try arrays(added.lastCheckpoint))
        for (name, values) in one where name.hasPrefix("optimizer/first_moments/") {
            let others = try #require(other[name])
            let largest = values.map(abs).max() ?? 0
            for (a, b) in zip(values, others) {
                #expect(abs(a - b) <= 2e-4 * largest + 1e-9, "\(name): \(a) and \(b)")
            }
        }
        let (a, b) = (try comparableMetrics(whole)[0], try comparableMetrics(added)[0])
        #expect(b.stepLosses.count == 1)
        #expect(abs(a.trainLoss - b.trainLoss) < 1e-5 * abs(a.trainLoss))
        #expect(abs(try #require(a.gradientNorm) - (try #require(b.gradientNorm))) < 1e-4 * (a.gradientNorm ?? 1))
        // Dividing each by its own weight gives another loss.
        tiny.configuration.training.accumulation = 1
        #expect(abs(try comparableMetrics(tiny.train("apart"))[0].trainLoss - a.trainLoss) > 1e-4)
    }

    /// The last step of an epoch takes what is left, and an interrupted run goes on to the same bits.
    @Test func accumulationCanBeInterrupted() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.batchSize = 1
        tiny.configuration.training.accumulation = 4
        tiny.configuration.optimizer.schedule = .cosine
        tiny.configuration.optimizer.warmupEpochs = 0.5
        tiny.configuration.optimizer.clipNorm = 0.5
        let whole = try tiny.train("whole")
        let metrics = try comparableMetrics(whole)
        #expect(metrics.allSatisfy { $0.stepLosses.count == 2 })
        #expect(metrics.last!.learningRate < 0.5 * tiny.configuration.optimizer.learningRate)
        var run: TrainingRun? = try TrainingRun.start(tiny.plan("stopped"))
        let folder = run!.folder
        for _ in 0..<50 {
            let interruption = Interruption()
            let outcome = try run!.run(interruption: interruption) { if case .step = $0 { interruption.request() } }
            run = nil
            if case .finished = outcome { break }
            run = try TrainingRun.resume(folder, store: tiny.store, models: .all)
        }
        #expect(try arrays(folder.lastCheckpoint) == arrays(whole.lastCheckpoint))
        #expect(try comparableMetrics(folder) == metrics)
    }

    @Test(arguments: SelectionMetric.allCases) func theScoreIsTheOneAskedFor(metric: SelectionMetric) throws {
        var tiny = try TinyRun()
        tiny.configuration.training.selection = metric
        tiny.configuration.training.microF1Without = ClassNames(["class 1"])
        tiny.configuration.training.epochs = 6
        let folder = try tiny.train("run")
        let metrics = try comparableMetrics(folder)
        for epoch in metrics {
            let expected =
                switch metric {
                case .weightedF1: epoch.validWeightedF1
                case .macroF1: epoch.validMacroF1
                case .microF1: epoch.validMicroF1
                case .accuracy: epoch.validAccuracy
                case .balancedAccuracy: epoch.validBalancedAccuracy
                case .loss: epoch.validLoss.map { -$0 }
                }
            #expect(epoch.score == expected)
        }
        let best = try #require(metrics.map(\.selectionScore).max())
        let result = try JSON.decode(RunResult.self, text(folder.result))
        #expect(result.chosenEpoch == metrics.firstIndex { $0.selectionScore == best }! + 1)
    }

    private func history(_ scores: [Double]) -> [EpochMetrics] {
        scores.enumerated().map { index, score in
            EpochMetrics(
                epoch: index + 1, trainLoss: 1, stepLosses: [], trainSeconds: 0, evaluationSeconds: 0, learningRate: 1,
                score: score, peakMemoryMiB: 0)
        }
    }

    @Test func patienceCountsEpochsWithoutABetterScore() {
        #expect(!history([1, 2, 2]).isOutOf(patience: 2, improvement: 0))
        #expect(history([1, 2, 2, 1.5]).isOutOf(patience: 2, improvement: 0))
        #expect(!history([1, 2, 2, 2.1]).isOutOf(patience: 2, improvement: 0))
        #expect(history([1, 2, 2, 2.1]).isOutOf(patience: 2, improvement: 0.5))
        #expect(!history([1, 1, 1, 1]).isOutOf(patience: 0, improvement: 0))
        #expect(!history([]).isOutOf(patience: 1, improvement: 0))
    }

    @Test func aRunEndsWhereTheScoreStaysTheSame() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 40
        tiny.configuration.training.patience = 2
        // Nothing moves, so the first epoch stays the best.
        tiny.configuration.optimizer.learningRate = 0
        var told: [Int] = []
        let run = try TrainingRun.start(tiny.plan("run"))
        let outcome = try run.run { if case .stoppedEarly(let epoch, 40) = $0 { told.append(epoch) } }
        guard case .finished(let result) = outcome else {
            Issue.record("the run did not end")
            return
        }
        #expect(told == [3] && result.chosenEpoch == 1)
        #expect(try comparableMetrics(run.folder).count == 3)
    }

    @Test func everyKthCheckpointIsKept() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 5
        tiny.configuration.training.keepEvery = 2
        let folder = try tiny.train("run")
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/checkpoints").sorted()
        #expect(kept == ["best.h5", "epoch-2.h5", "epoch-4.h5", "last.h5"])
        for epoch in [2, 4] {
            let header = try CheckpointFile.readHeader(folder.keptCheckpoint(epoch: epoch), models: .all)
            #expect(header.progress.completedEpochs == epoch)
        }
    }

    @Test func weightsOfClasses() throws {
        func resolved(_ settings: String...) throws -> Settings<TrainingKeys> {
            let facts = DatasetFacts(name: "Other", classes: 3) { _ in [900, 90, 10] }
            return try RunConfiguration.resolve(
                dataset: facts, preset: nil, assignments: settings.map { try ConfigurationAssignment(setting: $0) },
                threads: 1, models: .all
            ).training
        }
        func ratios(_ settings: Settings<TrainingKeys>) -> [Float] {
            settings.classWeights.map { $0 / settings.classWeights[0] }
        }
        func expect(_ settings: Settings<TrainingKeys>, _ expected: [Float]) {
            for (a, b) in zip(ratios(settings), expected) { #expect(abs(a - b) < 1e-4 * b, "\(a), not \(b)") }
        }
        expect(try resolved(), [1, 10, 90])
        expect(
            try resolved("training.classWeightPower=0.5"), [1, 10.0.squareRoot(), 90.0.squareRoot()].map { Float($0) })
        expect(try resolved("training.classWeightCap=20"), [1, 10, 20])
        // (1 - 0.99^n) / (1 - 0.99): 99.98822, 59.52715, 9.56179.
        expect(
            try resolved("training.classWeighting=effective", "training.effectiveNumberBeta=0.99"),
            [1, 99.98822 / 59.52715, 99.98822 / 9.56179])
        let refused = message {
            _ = try resolved("training.classWeighting=effective", "training.classFrequencies=[0.5,0.3,0.2]")
        }
        #expect(refused.contains("leave one of them out"))
    }
}
