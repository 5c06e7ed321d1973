import Autodiff
import Configuration
import ConversationModels
import Conversations
import Foundation
import NeuralNetworks
import Tensors
import Testing
import Models

/// What holds for every kind of model, whatever it computes. `GoldenTests` hold each against its reference.
@Suite struct EveryModelTests {
    static let models = ModelRegister.all.models.map(\.name)
    private static let classes = 4

    private struct Widths {
        var text = 6
        var audio = 5
        var visual = 3
    }

    /// A small model of a kind without dropout, whose parameters are all away from their first values.
    private func model(_ name: String, _ letters: String, _ widths: Widths, _ lengths: [Int]) throws
        -> any ConversationModel
    {
        let definition = try #require(ModelRegister.all[name])
        var settings = definition.defaults
        for (key, value) in [
            ("modalities", letters), ("hiddenSize", "4"), ("unimodalSize", "6"), ("denseSize", "5"), ("dropout", "0"),
            ("utteranceSize", "5"), ("globalSize", "4"), ("partySize", "3"), ("emotionSize", "2"),
        ] where settings[key] != nil {
            #expect(settings.assign(.scalar(value), to: key) == nil)
        }
        let shape = DatasetShape(
            textWidth: widths.text, textLayers: 2, audioWidth: widths.audio, visualWidth: widths.visual,
            classes: Self.classes, speakers: 2,
            largestBatch: BatchShape(dialogues: lengths.count, utterances: lengths.reduce(0, +)))
        let model = definition.make(settings, shape, 3) { _ in nil }
        var generator = SplitMix64(seed: 7)
        for entry in model.parameters.entries {
            for index in 0..<entry.count { entry.value.values[index] += 0.1 * generator.normal() }
        }
        return model
    }

    private func batch(_ letters: String, _ widths: Widths, _ lengths: [Int]) -> ConversationBatch {
        var generator = SplitMix64(seed: 5)
        let n = lengths.reduce(0, +)
        func features(_ width: Int) -> Tensor {
            Tensor(rows: n, columns: width, (0..<n * width).map { _ in generator.normal() })
        }
        return ConversationBatch(
            text: letters.contains("l") ? [features(widths.text), features(widths.text)] : [],
            audio: letters.contains("a") ? features(widths.audio) : nil,
            visual: letters.contains("v") ? features(widths.visual) : nil,
            speakers: (0..<n).map { Int32($0 % 2) }, lengths: lengths)
    }

    /// Distributions come out and finite gradients go back, for every subset of the modalities.
    private func computes(_ name: String, _ widths: Widths, _ lengths: [Int], subsets: [String]) throws {
        for letters in subsets {
            let model = try model(name, letters, widths, lengths)
            let batch = batch(letters, widths, lengths)
            try model.check(batch.shape)
            let stages = StageRecorder()
            let tape = Tape(mode: .training(seed: 1, step: 1))
            let output = try model.logProbabilities(batch, on: tape, stages: stages)
            #expect(output.rows == batch.utterances && output.columns == Self.classes)
            for row in 0..<output.rows {
                let sum = (0..<Self.classes).reduce(0) { $0 + exp(Double(output.value[row, $1])) }
                #expect(abs(sum - 1) < 1e-5, "\(name) \(letters)")
            }
            // What reports draw and `vuemo embed` writes unless told otherwise.
            #expect(stages.stages["fused"]?.value.count.isMultiple(of: batch.utterances) == true)
            #expect(stages.stages.values.allSatisfy { $0.value.isFinite })
            let labels = (0..<batch.utterances).map { Int32($0 % Self.classes) }
            tape.backward(from: tape.negativeLogLikelihood(output, labels: labels))
            #expect(model.parameters.firstNonFinite(in: model.parameters.gradients) == nil, "\(name) \(letters)")
            #expect(model.parameters.gradients.values.contains { $0 != 0 }, "\(name) \(letters)")
        }
    }

    @Test(arguments: models) func everySubset(name: String) throws {
        try computes(name, Widths(), [4, 1, 3], subsets: ["a", "v", "l", "av", "al", "vl", "avl"])
    }

    /// One dialogue, of one utterance.
    @Test(arguments: models) func oneUtterance(name: String) throws {
        try computes(name, Widths(), [1], subsets: ["v", "avl"])
        try computes(name, Widths(), [1, 1, 1], subsets: ["v", "avl"])
    }

    @Test(arguments: models) func narrowAndWide(name: String) throws {
        try computes(name, Widths(text: 1, audio: 1, visual: 1), [2, 3], subsets: ["a", "avl"])
        try computes(name, Widths(text: 4096, audio: 1, visual: 4096), [2, 3], subsets: ["avl"])
    }
}
