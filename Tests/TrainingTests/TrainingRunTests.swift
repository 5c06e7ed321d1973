import Conversations
import FeatureStore
import Foundation
import Metrics
import TestSupport
import Testing
import Models

@testable import Training

@Suite struct TrainingRunTests {
    @Test func writesEveryFileOfARunFolder() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let lines = try text(folder.metrics).split(separator: "\n")
        #expect(lines.count == 3)
        for key in [
            "epoch", "train_loss", "train_seconds", "data_seconds", "evaluation_seconds", "learning_rate",
            "valid_weighted_f1",
            "valid_accuracy", "valid_loss", "peak_memory_mib",
        ] {
            #expect(lines[0].contains("\"\(key)\":"), "\(lines[0])")
        }
        #expect(!lines[0].contains("test_"))
        let result = try JSON.decode(RunResult.self, text(folder.result))
        #expect(result.perClass.map(\.name) == tiny.store.labelNames)
        #expect(result.confusion.count == 3)
        let record = try folder.record(models: .all)
        #expect(record.configuration == tiny.configuration)
        #expect(record.contentID == tiny.store.contentID)
        let predictions = try text(folder.predictions).split(separator: "\n")
        #expect(predictions[0] == "dialogue,utterance,speaker,gold,predicted,class 0,class 1,class 2")
        let tested = tiny.store.dialogues(inSplit: "test").reduce(0) { $0 + tiny.store.dialogues[$1].range.count }
        #expect(predictions.count == tested + 1)
        #expect(FileManager.default.fileExists(atPath: folder.lastCheckpoint))
        #expect(FileManager.default.fileExists(atPath: folder.bestCheckpoint))
    }

    /// What is measured changes no number, and every part of the work is in the table and in the trace.
    @Test func profilesSayWhereTheTimeGoes() throws {
        let tiny = try TinyRun()
        let plain = try tiny.train("plain")
        let run = try TrainingRun.start(tiny.plan("profiled"))
        run.profile = RunProfile()
        _ = try run.run()
        try run.writeTrace()
        #expect(try text(run.folder.predictions) == text(plain.predictions))
        struct Trace: Decodable {
            struct Event: Decodable { let name: String, cat: String, ph: String, ts: Double, dur: Double }
            let traceEvents: [Event]
        }
        let events = try JSON.decode(Trace.self, text(run.folder.trace)).traceEvents
        #expect(
            events.allSatisfy { $0.ph == "X" && $0.dur >= 0 }
                && zip(events, events.dropFirst()).allSatisfy { $0.ts <= $1.ts })
        let found = Set(events.map { "\($0.cat) \($0.name)" })
        for name in [
            "data minibatch", "forward linear", "backward linear", "optimizer AdamW", "evaluation linear",
            "writing checkpoints",
        ] { #expect(found.contains(name), "\(name)") }
        let table = try #require(run.profile?.table).split(separator: "\n")
        #expect(table.count { $0.hasPrefix("forward") || $0.hasPrefix("writing") } == 2)
        let steps = try text(run.folder.metrics).split(separator: "\n").reduce(0) {
            $0 + (try JSON.decode(EpochMetrics.self, $1).stepLosses.count)
        }
        let optimizer = try #require(table.first { $0.hasPrefix("AdamW") }).split(separator: " ")
        #expect(steps > 3 && optimizer[1...2] == ["optimizer", "\(steps)"])
        #expect(!FileManager.default.fileExists(atPath: plain.trace))
    }

    /// predictions.csv has enough digits for every figure of result.json.
    @Test func theFiguresFollowFromThePredictions() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.microF1Without = ClassNames(["class 2"])
        let folder = try tiny.train("run")
        let result = try JSON.decode(RunResult.self, text(folder.result))
        let rows = try text(folder.predictions).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").map(String.init)
        }
        #expect(rows.allSatisfy { abs($0[5...].reduce(0) { $0 + Double($1)! } - 1) < 1e-6 })
        // Nine significant digits hold every float32.
        #expect(rows.contains { $0[5...].contains { $0.filter(\.isNumber).count >= 9 } })
        let names = tiny.store.labelNames
        let gold = rows.map { Int32(names.firstIndex(of: $0[3])!) }
        let logProbabilities = rows.flatMap { $0[5...].map { Float(log(Double($0)!)) } }
        let expected = try #require(
            ProbabilityMetrics(classes: 3, gold: gold, logProbabilities: logProbabilities))
        #expect(abs(try #require(result.logLoss) - expected.logLoss) < 1e-6)
        #expect(abs(try #require(result.calibrationError) - 100 * expected.calibrationError) < 0.006)
        let matrix = ConfusionMatrix(
            classes: 3, gold: gold, predicted: rows.map { Int32(names.firstIndex(of: $0[4])!) })
        #expect(result.balancedAccuracy == percentage(ClassificationMetrics(matrix).balancedAccuracy))
        #expect(result.microF1 == percentage(ClassificationMetrics(matrix).microF1(without: [2])))
        #expect(result.microF1Without == ["class 2"])
        let epochs = try comparableMetrics(folder)
        #expect(
            epochs.allSatisfy { $0.validLogLoss != nil && $0.validCalibrationError != nil && $0.testLogLoss == nil })
    }

    @Test func microF1LeavesOutClassesThatThereAre() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.microF1Without = ClassNames(["class 1", "clas 2"])
        let said = message { _ = try TrainingRun.start(tiny.plan("run")) }
        #expect(said.contains("names the class 'clas 2', which the store has not"), "\(said)")
        #expect(said.contains("its classes are class 0, class 1, class 2"), "\(said)")
        tiny.configuration.training.microF1Without = ClassNames(tiny.store.labelNames)
        #expect(message { _ = try TrainingRun.start(tiny.plan("run")) }.contains("names every class"))
        #expect(try tiny.folder.names() == ["store.h5"])
    }

    @Test func theChosenEpochIsTheEarliestBest() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let metrics = try comparableMetrics(folder)
        let scores = metrics.map(\.selectionScore)
        let result = try JSON.decode(RunResult.self, text(folder.result))
        #expect(result.chosenEpoch == scores.firstIndex(of: scores.max()!)! + 1)
        let evaluated = try RunEvaluator.evaluate(folder, store: tiny.store, models: .all, split: "test")
        #expect(evaluated == result)
    }

    @Test(arguments: Variant.allCases) func learnsASignal(variant: Variant) throws {
        var tiny = try TinyRun()
        tiny.configuration.vuemo.variant = variant
        tiny.configuration.training.epochs = 25
        let metrics = try comparableMetrics(try tiny.train("run"))
        #expect(metrics.last!.trainLoss < 0.7 * metrics.first!.trainLoss)
        #expect(metrics.map(\.selectionScore).max()! > 60)
    }

    @Test func equalSeedsGiveEqualBitsAndOthersDoNot() throws {
        var tiny = try TinyRun()
        let first = try tiny.train("first")
        let again = try tiny.train("again")
        #expect(try arrays(first.lastCheckpoint) == arrays(again.lastCheckpoint))
        #expect(try comparableMetrics(first) == comparableMetrics(again))
        tiny.configuration.training.prefetch = 5
        #expect(try arrays(first.lastCheckpoint) == arrays(tiny.train("prefetch").lastCheckpoint))
        tiny.configuration.training.seed = 2
        #expect(try arrays(first.lastCheckpoint) != arrays(tiny.train("other").lastCheckpoint))
    }

    @Test func thePaperProtocolTrainsOnValidTooAndChoosesOnTest() throws {
        // The base file lists valid dialogues among the train ones.
        var tiny = try TinyRun { manifest in
            let order = [3, 0, 6, 1, 7, 2, 4, 5, 8, 9, 10]
            for index in manifest.dialogues.indices { manifest.dialogues[index].sourcePosition = order[index] }
        }
        let labels = try RunLabels(store: tiny.store)
        let paper = try TrainingSplits(store: tiny.store, labels: labels, protocol: .paper)
        #expect(paper.train == [1, 3, 5, 0, 6, 7, 2, 4])
        #expect(paper.selection == [8, 9, 10] && paper.test == [8, 9, 10])
        let sound = try TrainingSplits(store: tiny.store, labels: labels, protocol: .sound)
        #expect(sound.train == [1, 3, 5, 0, 2, 4])
        #expect(sound.selection == [6, 7] && sound.test == [8, 9, 10])
        tiny.configuration.training.protocol = .paper
        tiny.configuration.training.shuffle = false
        let folder = try tiny.train("paper")
        let metrics = try comparableMetrics(folder)
        #expect(metrics.allSatisfy { $0.validWeightedF1 == nil && $0.validLoss == nil && $0.testAccuracy != nil })
        let result = try JSON.decode(RunResult.self, text(folder.result))
        #expect(result.weightedF1 == metrics[result.chosenEpoch - 1].testWeightedF1)
    }

    @Test(arguments: ["a", "v", "l", "av", "al", "vl"]) func trainsOnEverySubsetOfModalities(letters: String) throws {
        var tiny = try TinyRun()
        tiny.configuration.vuemo.modalities = try #require(Modalities(letters: letters))
        tiny.configuration.training.epochs = 1
        #expect(try comparableMetrics(tiny.train("run")).count == 1)
    }

    @Test(arguments: LossFunction.allCases) func trainsWithEveryLoss(loss: LossFunction) throws {
        var tiny = try TinyRun()
        tiny.configuration.training.loss = loss
        tiny.configuration.training.classFrequencies = [0.5, 0.25, 0.25]
        tiny.configuration.training.epochs = 1
        #expect(try comparableMetrics(tiny.train("run")).count == 1)
    }

    @Test func neverOverwritesAFolder() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let before = try text(folder.result)
        #expect(
            message { _ = try TrainingRun.start(tiny.plan("run")) }.contains("exists already and is never overwritten"))
        #expect(try text(folder.result) == before)
    }

    @Test func leavesNothingBehindWhereItCannotStart() throws {
        var tiny = try TinyRun(SyntheticStore()) { $0.splits[1].name = "other" }
        let text = message { _ = try TrainingRun.start(tiny.plan("run")) }
        #expect(text.contains("has no dialogues in split valid") && text.contains("--protocol paper"))
        #expect(try tiny.folder.names() == ["store.h5"])
        tiny.configuration.training.protocol = .paper
        _ = try TrainingRun.start(tiny.plan("run"))
    }

    @Test func namesAMissingModality() throws {
        var synthetic = SyntheticStore()
        synthetic.visualWidth = 0
        let tiny = try TinyRun(synthetic)
        let text = message { _ = try TrainingRun.start(tiny.plan("run")) }
        #expect(text.contains("has no visual features") && text.contains("--modalities"))
    }

    @Test func stopsWhereTheLossIsNotFinite() throws {
        var tiny = try TinyRun()
        tiny.configuration.optimizer.learningRate = 1e30
        let text = message { _ = try tiny.train("run") }
        #expect(text.contains("the loss became") && text.contains("lower optimizer.learningRate"), "\(text)")
    }

    @Test func onlyOneProcessWorksInAFolder() throws {
        let tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        withExtendedLifetime(run) {
            let text = message { _ = try TrainingRun.resume(run.folder, store: tiny.store, models: .all) }
            #expect(text.contains("another vuemo train is working in"))
        }
    }
}
