import ConversationModels
import Foundation
import HDF5
import NeuralNetworks
import Optimizers
import TestSupport
import Testing
import Models

@testable import Training

@Suite struct CheckpointFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("checkpoint.h5") }

    init() throws { folder = try TemporaryFolder() }

    private func model(hidden: Int = 4, layers: Int = 1, seed: UInt64 = 1) -> (VUEMOModel, AdamW) {
        var configuration = VUEMOConfiguration(
            DatasetShape(
                textWidth: 3, textLayers: 2, audioWidth: 2, visualWidth: 2, classes: 3, speakers: 2,
                largestBatch: BatchShape(dialogues: 1, utterances: 1)))
        configuration.hiddenSize = hidden
        configuration.vueLayers = layers
        configuration.hypergraphLayers = 1
        configuration.maximumHyperedges = 7
        configuration.maximumNodes = 5
        let model = VUEMOModel(configuration, seed: seed)
        let optimizer = AdamW(model.parameters, .init(learningRate: 1e-3))
        optimizer.firstMoments.fill(0.25)
        optimizer.secondMoments.fill(0.5)
        optimizer.stepCount = 17
        return (model, optimizer)
    }

    private var header: CheckpointHeader {
        let metrics = EpochMetrics(
            epoch: 1, trainLoss: 1.0 / 3, stepLosses: [1.0 / 3], trainSeconds: 0.1, dataSeconds: 0.01,
            evaluationSeconds: 0.2, learningRate: 1e-4, validWeightedF1: 61.23,
            validAccuracy: 60, validLoss: 0.1 + 0.2, peakMemoryMiB: 100)
        return CheckpointHeader(
            progress: TrainingProgress(
                history: [metrics], stepLosses: [1.5, 0.1], secondsInEpoch: 2.0 / 3, dataSecondsInEpoch: 1.0 / 7,
                totalSteps: 17),
            record: RunRecord(
                configuration: RunConfiguration(models: .all), storePath: "/data/é.h5", dataset: "IEMOCAP",
                contentID: "abc",
                storeFormatVersion: "1.0.0", toolVersion: "test"))
    }

    private let data = RunData(
        classes: ["a", "b\"é"], speakers: ["M", "F"], speakerScope: "corpus", textWidth: 3, textLayers: 2,
        audioWidth: 0,
        visualWidth: 5)

    private func write() throws {
        let (model, optimizer) = model()
        try CheckpointFile.write(header, data: data, parameters: model.parameters, optimizer: optimizer, to: path)
    }

    private func load(hidden: Int = 4, layers: Int = 1) -> String {
        let (model, optimizer) = model(hidden: hidden, layers: layers, seed: 2)
        return message { try CheckpointFile.readState(path, into: model.parameters, optimizer: optimizer) }
    }

    @Test func roundTripsEveryBit() throws {
        try write()
        let (expected, _) = model()
        let (actual, optimizer) = model(seed: 2)
        optimizer.firstMoments.fill(0)
        optimizer.secondMoments.fill(0)
        optimizer.stepCount = 0
        try CheckpointFile.readState(path, into: actual.parameters, optimizer: optimizer)
        #expect(actual.parameters.values.array == expected.parameters.values.array)
        for (a, b) in zip(actual.parameters.buffers, expected.parameters.buffers) {
            #expect(a.value.array == b.value.array)
        }
        for (entry, offset) in zip(actual.parameters.entries, actual.parameters.offsets) {
            let range = offset..<offset + entry.count
            #expect(range.allSatisfy { optimizer.firstMoments[0, $0] == 0.25 && optimizer.secondMoments[0, $0] == 0.5 })
        }
        #expect(optimizer.stepCount == 17)
        #expect(try CheckpointFile.readHeader(path, models: .all) == header)
    }

    @Test func sameContentGivesTheSameBytes() throws {
        try write()
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        try write()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
    }

    @Test func namesParametersAsPyTorchDoes() throws {
        try write()
        let names = Set(try File(opening: path).memberNames(of: "parameters"))
        for name in [
            "text_norms.0.running_mean", "text_norms.1.num_batches_tracked", "context.weight_ih_l0",
            "vue.gates.0.weight",
        ] {
            #expect(names.contains(name), "\(name)")
        }
    }

    @Test func namesEveryMissingUnknownAndMisshapenParameter() throws {
        try write()
        let shapes = load(hidden: 6)
        for (name, shape) in [
            ("audio.weight", "[4, 2] instead of [6, 2]"), ("classify.weight", "[3, 16] instead of [3, 24]"),
        ] {
            #expect(shapes.contains(name) && shapes.contains(shape), "\(shapes)")
        }
        let missing = load(layers: 4)
        for name in ["vue.gates.1.weight", "vue.gates.2.bias", "vue.gates.3.weight"] {
            #expect(missing.contains(name), "\(missing)")
        }
        #expect(missing.contains("it lacks"))
        let unknown = load(layers: 0)
        #expect(unknown.contains("the model does not know vue.gates.0.bias, vue.gates.0.weight"), "\(unknown)")
    }

    @Test func aRefusedFileChangesNothing() throws {
        try write()
        let (model, optimizer) = model(layers: 2, seed: 2)
        let before = model.parameters.values.array
        #expect(throws: TrainingError.self) {
            try CheckpointFile.readState(path, into: model.parameters, optimizer: optimizer)
        }
        #expect(model.parameters.values.array == before)
    }

    @Test func findsADamagedArray() throws {
        try write()
        do {
            let file = try File(updating: path)
            var values = try file.readFloats("optimizer/first_moments/audio.weight").values
            values[3] = 7
            try file.openDataset("optimizer/first_moments/audio.weight").writeAll(values)
            try file.close()
        }
        #expect(load().contains("is damaged: optimizer/first_moments/audio.weight does not match its checksum"))
    }

    /// Whatever single byte is changed, loading either fails with a message or gives exactly what was written.
    @Test func noFlippedBitGoesUnnoticed() throws {
        try write()
        let intact = try Data(contentsOf: URL(fileURLWithPath: path))
        let (expected, expectedOptimizer) = model()
        var noticed = 0
        for offset in stride(from: 0, to: intact.count, by: 499) {
            var bytes = intact
            bytes[offset] ^= 0x10
            try bytes.write(to: URL(fileURLWithPath: path))
            let (model, optimizer) = model(seed: 2)
            do {
                try CheckpointFile.readState(path, into: model.parameters, optimizer: optimizer)
                #expect(try CheckpointFile.readHeader(path, models: .all) == header, "byte \(offset)")
                #expect(model.parameters.values.array == expected.parameters.values.array, "byte \(offset)")
                #expect(optimizer.stepCount == expectedOptimizer.stepCount, "byte \(offset)")
            } catch {
                noticed += 1
            }
        }
        #expect(noticed > 0)
    }

    @Test func namesWhatIsNoCheckpoint() throws {
        try Data("not HDF5 at all".utf8).write(to: URL(fileURLWithPath: path))
        #expect(load().contains(path))
        try SyntheticStore().write(to: folder.file("store.h5"))
        let text = message { _ = try CheckpointFile.readHeader(folder.file("store.h5"), models: .all) }
        #expect(text.contains("is not a checkpoint of vuemo train"))
        #expect(
            message { _ = try CheckpointFile.readHeader(folder.file("missing.h5"), models: .all) }.contains(
                "missing.h5"))
    }

    @Test func namesBothVersionsOfANewerFormat() throws {
        try write()
        do {
            let file = try File(updating: path)
            try file.writeString(attribute: "format_version", of: "/", value: "2.0.0")
            try file.close()
        }
        #expect(load().contains("has checkpoint format 2.0.0 and this vuemo reads 1.1.0"))
    }
}
