import Configuration
import FeatureStore
import Foundation
import Models
import TestSupport
import Testing
import Training

@testable import Experiments

/// Sweeps that are trained: the table is sorted by valid, and the same one however often the sweep was stopped.
@Suite struct SweepTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        store = try Store(opening: folder.file("store.h5"))
    }

    private func sweep(_ yaml: String, epochs: Int = 2) throws -> Sweep {
        let base = "configuration: {model.name: gru, model.hiddenSize: 8, training.epochs: \(epochs)}\n"
        return try Sweep(SweepPlan(yaml: base + yaml, name: "sweep.yaml"), store: store, threads: 1, models: .all)
    }

    private static let grid = "parameters:\n  optimizer.learningRate: [1e-5, 0.01, 0.1]\n"
    private static let folds = "folds: 2\nparameters:\n  optimizer.learningRate: [0.01, 0.1]\n"
    private static let halving = """
        method: halving
        halving: {epochs: 1, factor: 2}
        draws: 4
        parameters:
          optimizer.learningRate: {min: 1e-5, max: 0.1, scale: log}
        """

    private func run(_ sweep: Sweep, in name: String) throws -> Sweep.Result {
        try #require(try sweep.run(on: store, in: folder.file(name), toolVersion: "1"))
    }

    /// Every combination has a run on each fold, as `vuemo train --folds` makes it; the mean of them ranks, and the best is pooled.
    @Test func aCombinationIsScoredOverItsFolds() throws {
        let sweep = try sweep("seeds: [1, 2]\nfolds: 3\n" + Self.grid)
        #expect(sweep.names.count == 18 && sweep.runs == 18)
        #expect(
            sweep.names.prefix(4).map { $0.dropFirst("learningRate=1.0e-05,".count) } == [
                "seed=1,fold=1", "seed=1,fold=2", "seed=1,fold=3", "seed=2,fold=1",
            ])
        #expect(sweep.overview(in: "x").hasPrefix("3 combinations with 2 seeds × 3 folds each\n"))
        let result = try run(sweep, in: "folds")
        #expect(result.failed.isEmpty && result.rows.count == 3)
        var tested: [String: Int] = [:]
        for row in result.rows {
            let best = try row.folders.map { try #require($0.epochs().compactMap(\.validWeightedF1).max()) }
            #expect(row.scores == best && best.count == 6 && row.mean == best.reduce(0, +) / 6)
        }
        let runs = try result.rows[0].folders.map { try FinishedRun($0, models: .all) }
        #expect(runs.map(\.part.fold) == [1, 2, 3, 1, 2, 3] && runs.map(\.seed) == [1, 1, 1, 2, 2, 2])
        for run in runs { for row in run.predictions.rows { tested[row.dialogue + " \(run.seed)", default: 0] += 1 } }
        #expect(tested.values.reduce(0, +) == 2 * store.utteranceCount && tested.count == 2 * store.dialogues.count)
        // As the comparison of the same runs tells it.
        let group = try RunComparison(runs, rounds: 10).groups[0]
        let pooled = try #require(group.pooled)
        #expect(result.pooled == pooled && result.test.count == 6)
        let text = try result.written(as: .text).replacing("\n", with: " ")
        #expect(text.contains("mean ± standard deviation over 2 seeds × 3 folds"))
        let (mean, sd) = (group.scores[0].mean, try #require(group.scores[0].sd))
        #expect(
            text.contains(String(format: "W-F1 %.2f ± %.2f, pooled %.2f; accuracy", mean, sd, pooled[0].mean)),
            "\(text)")
        let json = try JSONSerialization.jsonObject(with: Data(result.written(as: .json).utf8)) as? [String: Any]
        let test = (json?["test"] as? [String: [String: Double]])?["weighted_f1"]
        #expect(try abs(#require(test?["pooled"]) - pooled[0].mean) < 1e-9)
        let rows = try #require(json?["rows"] as? [[String: Any]])
        #expect((rows[0]["runs"] as? [[String: Any]])?.compactMap { $0["fold"] as? Int } == [1, 2, 3, 1, 2, 3])
        #expect(try result.written(as: .csv).split(separator: "\n")[1].hasSuffix(",2,3"))
    }

    /// What must be the same however the sweep went.
    private func outcome(of result: Sweep.Result, in name: String) throws -> [String] {
        let table = try result.written(as: .json).replacing(folder.file(name), with: "")
        return [table]
            + result.rows.flatMap(\.folders).map { run in
                (try? String(contentsOfFile: run.predictions, encoding: .utf8)) ?? "none"
            }
    }

    @Test func theTableIsSortedByValid() throws {
        let sweep = try sweep("seeds: [1, 2]\n" + Self.grid)
        let result = try run(sweep, in: "grid")
        #expect(result.failed.isEmpty && result.rows.count == 3)
        // Against the run folders themselves.
        let means = try result.rows.map { row in
            let best = try row.folders.map { run in
                let lines = try String(contentsOfFile: run.metrics, encoding: .utf8).split(separator: "\n")
                let scores = try lines.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    return try #require(object?["valid_weighted_f1"] as? Double)
                }
                return try #require(scores.max())
            }
            return best.reduce(0, +) / Double(best.count)
        }
        #expect(means == result.rows.map(\.mean) && means == means.sorted(by: >))
        let test = try result.rows[0].folders.map { try $0.outcome().result.weightedF1 ?? 0 }
        let text = try result.written(as: .text)
        #expect(
            text.replacing("\n", with: " ").contains(
                "3 combinations by their valid W-F1, mean ± standard deviation over 2 seeds"))
        #expect(
            text.contains("The best on test: W-F1 " + String(format: "%.2f ± ", (test[0] + test[1]) / 2)), "\(text)")
        for line in text.split(separator: "\n").dropLast(2) { #expect(line.count <= 80, "\(line)") }
        let csv = try result.written(as: .csv).split(separator: "\n")
        #expect(csv[0] == "rank,optimizer.learningRate,metric,valid,valid_sd,best_epochs,epochs,seeds,parts")
        #expect(csv.count == 4 && csv[1].hasPrefix("1,\(sweep.trials[result.rows[0].trial].values[0]),weighted-f1,"))
        let json = try JSONSerialization.jsonObject(with: Data(result.written(as: .json).utf8)) as? [String: Any]
        #expect((json?["rows"] as? [[String: Any]])?.compactMap { $0["rank"] as? Int } == [1, 2, 3])
        #expect(json?["content_id"] as? String == store.contentID)
    }

    @Test(arguments: [(grid, 9), (folds, 12), (halving, 7)])
    func aSweepThatWasStoppedGoesOn(_ yaml: String, _ inAll: Int) throws {
        let sweep = try sweep(yaml, epochs: 3)
        let expected = try outcome(of: run(sweep, in: "whole"), in: "whole")
        var (rounds, steps) = (0, 0)
        while rounds < 60 {
            rounds += 1
            let interruption = Interruption()
            let result = try sweep.run(
                on: store, in: folder.file("stopped"), toolVersion: "1", interruption: interruption
            ) { event in
                guard case .series(.training(.step)) = event else { return }
                steps += 1
                interruption.request()
            }
            guard let result else { continue }
            #expect(try outcome(of: result, in: "stopped") == expected)
            break
        }
        // One step in an epoch. Of the grid 3 × 3; of folds 2 × 2 × 3; of halving 4 runs of 1 epoch, 2 of them to 2, 1 of these to 3.
        #expect(steps == inAll && rounds == steps + 1)
        let again = try sweep.run(on: store, in: folder.file("whole"), toolVersion: "1") { event in
            if case .series(.training) = event { Issue.record("something was done twice") }
        }
        #expect(try outcome(of: #require(again), in: "whole") == expected)
    }

    /// The runs that go on are the best of the round, and their last round is what they would have been from the beginning.
    @Test func halvingKeepsTheBest() throws {
        let result = try run(sweep(Self.halving, epochs: 3), in: "halving")
        #expect(result.rows.map(\.epochs) == [3, 2, 1, 1])
        #expect(result.rows.map(\.mean) == result.rows.map(\.mean).sorted(by: >))
        let best = result.rows[0]
        let trial = result.sweep.trials[best.trial]
        let alone = RunSeries(
            result.sweep.entries([best.trial], .init(epochs: 3, trials: 1)), in: folder.file("alone"), toolVersion: "1")
        _ = try alone.run(on: store)
        let paths = [folder.file("halving/\(trial.name)"), folder.file("alone/\(trial.name)")]
        for file in ["predictions.csv", "result.json", "config.yaml"] {
            let texts = try paths.map { try String(contentsOfFile: "\($0)/\(file)", encoding: .utf8) }
            #expect(texts[0] == texts[1], "\(file)")
        }
    }

    @Test func aRunThatFailsIsToldAndTheOthersAreRanked() throws {
        for (name, yaml) in [
            ("grid", "parameters:\n  optimizer.learningRate: [1e30, 0.01, 0.1]\n"),
            ("halving", "method: halving\nparameters:\n  optimizer.learningRate: [1e30, 0.01, 0.1]\n"),
        ] {
            let result = try run(sweep(yaml), in: name)
            #expect(result.failed.count == 1 && result.failed[0].folder.path.hasSuffix("learningRate=1.0e+30"))
            #expect(result.rows.last?.trial == 0 && result.rows.last?.scores == [])
            #expect(result.rows.dropLast().allSatisfy { $0.scores.count == 1 })
            #expect(try result.written(as: .text).contains("failed"))
            #expect(try result.written(as: .json).contains("\"failed\" : \"the "))
        }
        let none = try run(sweep("parameters:\n  optimizer.learningRate: [1e30]\n"), in: "none")
        #expect(none.failed.count == 1 && none.test.isEmpty)
        #expect(!(try none.written(as: .text)).contains("on test"))
    }

    @Test func valuesCanBeAdded() throws {
        _ = try run(sweep("parameters:\n  optimizer.learningRate: [0.01, 0.1]\n"), in: "grown")
        var trained: [String] = []
        let sweep = try sweep("parameters:\n  optimizer.learningRate: [0.1, 1e-3, 0.01]\n")
        let result = try sweep.run(on: store, in: folder.file("grown"), toolVersion: "1") { event in
            if case .series(.run(_, _, let run)) = event { trained.append(URL(filePath: run.path).lastPathComponent) }
        }
        #expect(result?.rows.count == 3 && trained == ["learningRate=0.001"])
    }

    @Test func theLossIsTheSmallerTheBetter() throws {
        let base =
            "configuration: {model.name: gru, model.hiddenSize: 8, training.epochs: 2, training.selection: loss}\n"
        let plan = try SweepPlan(yaml: base + Self.grid, name: "sweep.yaml")
        let result = try run(Sweep(plan, store: store, threads: 1, models: .all), in: "loss")
        let shown = try result.written(as: .csv).split(separator: "\n").dropFirst().map {
            try #require(Double($0.split(separator: ",")[3]))
        }
        #expect(shown == shown.sorted() && shown.allSatisfy { $0 > 0 })
        #expect(try result.written(as: .text).contains("valid loss"))
    }
}
