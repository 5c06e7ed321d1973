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
        #expect(csv[0] == "rank,optimizer.learningRate,metric,valid,valid_sd,best_epochs,epochs,seeds")
        #expect(csv.count == 4 && csv[1].hasPrefix("1,\(sweep.trials[result.rows[0].trial].values[0]),weighted-f1,"))
        let json = try JSONSerialization.jsonObject(with: Data(result.written(as: .json).utf8)) as? [String: Any]
        #expect((json?["rows"] as? [[String: Any]])?.compactMap { $0["rank"] as? Int } == [1, 2, 3])
        #expect(json?["content_id"] as? String == store.contentID)
    }

    @Test(arguments: [grid, halving]) func aSweepThatWasStoppedGoesOn(_ yaml: String) throws {
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
        // One step in an epoch. Of the grid 3 × 3; of halving 4 runs of 1 epoch, 2 of them to 2, 1 of these to 3.
        #expect(steps == (yaml == Self.grid ? 9 : 7) && rounds == steps + 1)
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
