import FeatureStore
import HDF5
import TestSupport
import Testing
import Models

@testable import Training

@Suite struct InitialParametersTests {
    /// A checkpoint is a file of initial parameters: a run that starts from another's first checkpoint is that run.
    @Test func startFromAnyCheckpoint() throws {
        var tiny = try TinyRun()
        tiny.configuration.training.epochs = 1
        let first = try TrainingRun.start(tiny.plan("first"))
        var plan = tiny.plan("second")
        plan.initialParameters = first.folder.lastCheckpoint
        let second = try TrainingRun.start(plan)
        _ = try first.run()
        _ = try second.run()
        #expect(try arrays(first.folder.lastCheckpoint) == arrays(second.folder.lastCheckpoint))
        #expect(try second.folder.record(models: .all).initialParameters == absolutePath(first.folder.lastCheckpoint))
    }

    @Test func mayLackRunningStatistics() throws {
        let tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        let path = tiny.folder.file("start.h5")
        try writeParameters(of: run.vuemo, to: path)
        var plan = tiny.plan("second")
        plan.initialParameters = path
        let second = try TrainingRun.start(plan)
        #expect(second.model.parameters.values.array == run.model.parameters.values.array)
    }

    /// The number of positional weights follows from the file, and a batch that would outgrow them is named before training starts.
    @Test func setTheNumberOfPositionalWeights() throws {
        let tiny = try TinyRun()
        var configuration = try TrainingRun.start(tiny.plan("run")).vuemo.configuration
        let longest = tiny.store.dialogues.map(\.range.count).sorted(by: >).prefix(2)
        #expect(configuration.maximumNodes == longest.reduce(0, +) * 4)
        #expect(configuration.maximumHyperedges == 2 * 4 + longest.reduce(0, +) * 6)

        configuration.maximumHyperedges = 10_000
        configuration.maximumNodes = 20_000
        let path = tiny.folder.file("large.h5")
        try writeParameters(of: VUEMOModel(configuration, seed: 3), to: path)
        var plan = tiny.plan("large")
        plan.initialParameters = path
        do {
            let run = try TrainingRun.start(plan)
            #expect(run.vuemo.configuration.maximumNodes == 20_000)
            _ = try run.run()
        }
        let resumed = try TrainingRun.resume(RunFolder(plan.output), store: tiny.store, models: .all)
        #expect(resumed.vuemo.configuration.maximumHyperedges == 10_000)

        configuration.maximumHyperedges = 12
        let small = tiny.folder.file("small.h5")
        try writeParameters(of: VUEMOModel(configuration, seed: 3), to: small)
        plan = tiny.plan("small")
        plan.initialParameters = small
        let text = message { _ = try TrainingRun.start(plan) }
        #expect(
            text.contains("batch 1 of epoch 1 cannot be computed: a minibatch has") && text.contains("weights for 12;"),
            "\(text)")
    }

    @Test func areRefusedWhereTheyDoNotFit() throws {
        var tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        tiny.configuration.vuemo.hiddenSize = 12
        var plan = tiny.plan("second")
        plan.initialParameters = run.folder.lastCheckpoint
        #expect(message { _ = try TrainingRun.start(plan) }.contains("does not fit the configured model"))
        plan.initialParameters = tiny.store.path
        #expect(message { _ = try TrainingRun.start(plan) }.contains("has no group parameters"))
        #expect(try tiny.folder.names() == ["run", "store.h5"])
    }

    private func writeParameters(of model: VUEMOModel, to path: String) throws {
        let file = try File(creating: path)
        for entry in model.parameters.entries {
            try file.writeFloats(
                "parameters/\(entry.name)", shape: entry.shape, values: UnsafeBufferPointer(entry.value.values))
        }
        try file.close()
    }
}
