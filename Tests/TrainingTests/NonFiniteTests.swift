import Conversations
import FeatureStore
import HDF5
import NeuralNetworks
import TestSupport
import Testing
import Models

@testable import Training

/// No model that holds NaN or infinity is ever reported with scores.
@Suite struct NonFiniteTests {
    @Test(arguments: Variant.allCases) func aStepThatIsTooLargeStopsTheRun(variant: Variant) throws {
        var tiny = try TinyRun()
        tiny.configuration.vuemo.variant = variant
        tiny.configuration.optimizer.learningRate = 1e30
        let run = try TrainingRun.start(tiny.plan("run"))
        let text = message { _ = try run.run() }
        #expect(text.contains(" of epoch 1, with the dialogues 'dialogue-"), "\(text)")
        #expect(
            text.contains("; lower optimizer.learningRate"), "\(text)")
        #expect(text.contains("run/checkpoints/last.h5, is sound: it was written after 0 epochs."), "\(text)")
        // The checkpoint that the sentence names is whole and finite.
        #expect(try arrays(run.folder.lastCheckpoint).values.allSatisfy { $0.allSatisfy(\.isFinite) })
        #expect(try !tiny.folder.names().contains("run/result.json"))
    }

    /// ReLU once turned NaN into 0, so that the loss stayed at ln C while the features overflowed.
    @Test(arguments: Variant.allCases) func featuresThatAreTooLargeStopTheRun(variant: Variant) throws {
        var tiny = try TinyRun()
        tiny.configuration.vuemo.variant = variant
        try SyntheticStore().write(
            to: tiny.folder.file("large.h5"),
            changingRows: { _, rows in for index in rows.indices { rows[index] *= 1e30 } })
        tiny.store = try Store(opening: tiny.folder.file("large.h5"))
        let run = try TrainingRun.start(tiny.plan("run"))
        let text = message { _ = try run.run() }
        #expect(text.contains("at step 1 of epoch 1"), "\(text)")
    }

    /// The place in the model is named: the layer that left the range of float32.
    @Test(arguments: [true, false]) func theFirstOperationIsNamed(inTraining: Bool) throws {
        var tiny = try TinyRun()
        tiny.configuration.vuemo.textNorm = .none
        tiny.configuration.optimizer.learningRate = 0
        let run = try TrainingRun.start(tiny.plan("run"))
        let weight = try #require(run.model.parameters.entries.first { $0.name == "vue.fuse.weight" })
        // Finite, but what it is multiplied with is not small.
        weight.value.fill(3e38)
        let text =
            inTraining
            ? message { _ = try run.run() }
            : message {
                _ = try Evaluation.run(
                    run.model, source: run.source, dialogues: run.splits.test, settings: run.settings, interruption: nil
                )
            }
        #expect(
            text.contains(", linear with vue.fuse.weight, vue.fuse.bias, is the first whose result is not"), "\(text)")
        #expect(text.contains("is not finite, of finite numbers"), "\(text)")
        #expect(text.contains("with the dialogues 'dialogue-"), "\(text)")
        if inTraining {
            #expect(text.contains("run/checkpoints/last.h5, is sound: it was written after 0 epochs."), "\(text)")
        } else {
            #expect(text.contains(" in evaluation, with the dialogues"), "\(text)")
        }
    }

    @Test(arguments: [Float.nan, .infinity]) func initialParametersMustBeFinite(value: Float) throws {
        let tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        let path = tiny.folder.file("start.h5")
        let entries = run.model.parameters.entries
        let changed = entries[entries.count / 2]
        do {
            let file = try File(creating: path)
            for entry in entries {
                var values = entry.value.array
                if entry.name == changed.name { values[values.count - 1] = value }
                try values.withUnsafeBufferPointer {
                    try file.writeFloats("parameters/\(entry.name)", shape: entry.shape, values: $0)
                }
            }
            try file.close()
        }
        var plan = tiny.plan("second")
        plan.initialParameters = path
        let text = message { _ = try TrainingRun.start(plan) }
        #expect(text.contains("start.h5: parameters/\(changed.name) holds NaN or infinity"), "\(text)")
        #expect(try tiny.folder.names() == ["run", "start.h5", "store.h5"])
    }

    @Test func checkpointsDoNotHoldWhatIsNotFinite() throws {
        let tiny = try TinyRun()
        let run = try TrainingRun.start(tiny.plan("run"))
        let before = try arrays(run.folder.lastCheckpoint)
        let entry = run.model.parameters.entries[3]
        entry.value[0, 0] = .nan
        let text = message { try run.save() }
        #expect(text.contains("no checkpoint was written, because parameters/\(entry.name) holds NaN"), "\(text)")
        #expect(try arrays(run.folder.lastCheckpoint) == before)
    }

    /// A split that is used later is looked at before the first step.
    @Test(arguments: ["train", "valid", "test"]) func everySplitInUseIsLookedAtFirst(split: String) throws {
        let tiny = try TinyRun()
        let dialogue = tiny.store.dialogues[try #require(tiny.store.dialogues(inSplit: split).last)]
        try SyntheticStore().write(
            to: tiny.folder.file("nan.h5"), options: StoreWriterOptions(refusesNonFiniteValues: false),
            changingRows: { feature, rows in
                if feature.name == "audio" { rows[dialogue.range.upperBound * feature.width - 1] = .infinity }
            })
        var plan = tiny.plan("run")
        plan.store = try Store(opening: tiny.folder.file("nan.h5"))
        let text = message { _ = try TrainingRun.start(plan) }
        #expect(text.contains("feature audio of dialogue \(dialogue.id) holds NaN or infinity"), "\(text)")
        #expect(try tiny.folder.names() == ["nan.h5", "store.h5"])
        // Training without that feature is possible.
        plan.configuration.vuemo.modalities = try #require(Modalities(letters: "lv"))
        _ = try TrainingRun.start(plan)
    }
}
