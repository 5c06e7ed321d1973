import Configuration
import Conversations
import FeatureStore
import Foundation
import Models
import TestSupport
import Testing
import Training

@testable import Experiments

/// A series goes on where it was: nothing is lost, nothing is done twice.
@Suite struct RunSeriesTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        store = try Store(opening: folder.file("store.h5"))
    }

    private func entries(_ settings: String..., seeds: [UInt64] = [1, 2, 3]) throws -> [RunSeries.Entry] {
        try seeds.map { seed in
            let assignments =
                ["model.name=gru", "model.hiddenSize=8", "training.epochs=2", "training.seed=\(seed)"] + settings
            return RunSeries.Entry(
                name: "seed-\(seed)",
                configuration: try RunConfiguration.resolve(
                    dataset: DatasetFacts(store), preset: nil,
                    assignments: assignments.map { try ConfigurationAssignment(setting: $0) }, threads: 1, models: .all)
            )
        }
    }

    private func results(_ name: String) throws -> [String] {
        try (1...3).map { try String(contentsOfFile: folder.file("\(name)/seed-\($0)/result.json"), encoding: .utf8) }
    }

    @Test func aSeriesThatWasStoppedGoesOn() throws {
        let whole = RunSeries(try entries(), in: folder.file("whole"), toolVersion: "1")
        guard case .ended(let finished, let failed) = try whole.run(on: store) else {
            Issue.record("the series did not end")
            return
        }
        #expect(finished.count == 3 && failed.isEmpty)

        let stopped = RunSeries(try entries(), in: folder.file("stopped"), toolVersion: "1")
        var (rounds, trained, before) = (0, 0, 0)
        while rounds < 40 {
            rounds += 1
            let interruption = Interruption()
            let outcome = try stopped.run(on: store, interruption: interruption) { event in
                switch event {
                case .training(.step):
                    trained += 1
                    interruption.request()
                case .finishedBefore: before += 1
                default: break
                }
            }
            if case .ended = outcome { break }
        }
        #expect(rounds > 5 && before > 0)
        #expect(try results("stopped") == results("whole"))
        // Six dialogues in one minibatch of 16: one step in each epoch, two epochs, three runs.
        #expect(trained == 6)
        let again = try whole.run(on: store) { event in
            if case .training = event { Issue.record("something was done twice") }
        }
        guard case .ended(let found, _) = again else { return }
        #expect(found.count == 3)
    }

    @Test func aRunThatFailsDoesNotStopTheOthers() throws {
        var all = try entries(seeds: [1, 3])
        // Everything leaves the range of float32.
        all.insert(try entries("optimizer.learningRate=1e30", seeds: [2])[0], at: 1)
        let series = RunSeries(all, in: folder.file("failing"), toolVersion: "1")
        guard case .ended(let finished, let failed) = try series.run(on: store) else {
            Issue.record("the series did not end")
            return
        }
        #expect(finished.map(\.path).map { URL(filePath: $0).lastPathComponent } == ["seed-1", "seed-3"])
        #expect(failed.count == 1 && failed[0].reason.contains("optimizer.learningRate"))
    }

    @Test func foldersOfOtherRunsStay() throws {
        let first = RunSeries(try entries(), in: folder.file("same"), toolVersion: "1")
        _ = try first.run(on: store)
        let before = try results("same")
        let other = RunSeries(try entries("model.layers=1"), in: folder.file("same"), toolVersion: "1")
        guard case .ended(_, let failed) = try other.run(on: store) else { return }
        #expect(failed.count == 3 && failed[0].reason.contains("another model.layers"))
        #expect(try results("same") == before)
    }

    @Test func subsetsOfModalities() {
        #expect(
            Modalities.subsets(of: Modality.allCases).map(\.description) == ["avl", "al", "av", "vl", "a", "l", "v"])
        #expect(Modalities.subsets(of: [.text]).map(\.description) == ["l"])
    }
}
