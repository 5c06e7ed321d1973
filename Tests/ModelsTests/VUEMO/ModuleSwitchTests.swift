import Autodiff
import Configuration
import ConversationModels
import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import Models

/// What VUEMO computes where one of its modules is switched off.
@Suite struct ModuleSwitchTests {
    private static let dialogues = [(number: 1, length: 4), (number: 2, length: 1), (number: 3, length: 5)]

    private static func configuration(
        _ variant: Variant, modalities: String = "avl", changing change: (inout VUEMOConfiguration) -> Void
    ) -> VUEMOConfiguration {
        var c = SmallModel.configuration(variant, modalities: modalities, dropout: 0)
        change(&c)
        return c
    }

    /// The classifier and log-softmax in double, over a representation [N, ·].
    private func classified(_ x: Tensor, by model: VUEMOModel) throws -> [Float] {
        let weight = try #require(model.parameters.entries.first { $0.name == "classify.weight" }).value
        let bias = try #require(model.parameters.entries.first { $0.name == "classify.bias" }).value
        #expect(weight.columns == x.columns)
        var result: [Float] = []
        for row in 0..<x.rows {
            let scores = (0..<weight.rows).map { output in
                (0..<x.columns).reduce(Double(bias.values[output])) { sum, column in
                    sum + Double(weight[output, column]) * max(0, Double(x[row, column]))
                }
            }
            let total = log(scores.reduce(0) { $0 + exp($1) })
            result += scores.map { Float($0 - total) }
        }
        return result
    }

    private func run(_ c: VUEMOConfiguration) throws -> (model: VUEMOModel, output: VUEMOModel.Output) {
        let model = SmallModel.model(c)
        let input = SmallModel.input(Self.dialogues, c)
        return (model, try model.forward(input, on: Tape(mode: .evaluation, recording: false)))
    }

    private func sideBySide(_ streams: [Variable]) -> Tensor {
        let widths = streams.map(\.columns)
        let x = Tensor(rows: streams[0].rows, columns: widths.reduce(0, +))
        for row in 0..<x.rows {
            var column = 0
            for stream in streams {
                for value in 0..<stream.columns { x[row, column + value] = stream.value[row, value] }
                column += stream.columns
            }
        }
        return x
    }

    /// With every module off, the classifier reads the modalities' features.
    @Test(arguments: Variant.allCases, ["avl", "al", "v"])
    func nothingButUnimodalFeatures(variant: Variant, modalities: String) throws {
        let c = Self.configuration(variant, modalities: modalities) {
            $0.vue = false
            $0.gai = .off
            $0.lgl = false
        }
        let (model, output) = try run(c)
        #expect(output.vue == nil && output.gai == nil && output.lgl == nil)
        #expect(
            !model.parameters.entries.contains { entry in
                ["vue.", "gai.", "lgl."].contains { entry.name.hasPrefix($0) }
            })
        let expected = try classified(sideBySide(output.features), by: model)
        #expect(largestError(output.logProbabilities.value.values, expected) < 1e-5)
    }

    /// Without LGL, the classifier reads what the interaction left, or the streams with g where there is none of either.
    @Test(arguments: Variant.allCases, GlobalInteraction.allCases)
    func withoutLocalGraphs(variant: Variant, gai: GlobalInteraction) throws {
        let c = Self.configuration(variant) {
            $0.gai = gai
            $0.lgl = false
        }
        let (model, output) = try run(c)
        let g = try #require(output.vue)
        let streams =
            output.gai.map { $0.value.reshaped(rows: $0.rows / 4, columns: 4 * $0.columns) }
            ?? sideBySide(output.features + [g])
        #expect((output.gai == nil) == (gai == .off))
        #expect(largestError(output.logProbabilities.value.values, try classified(streams, by: model)) < 1e-5)
        // No layers are not no module: they give 2x¹ with x¹ = project(x).
        guard gai != .off else { return }
        let none = try run(Self.configuration(variant) { $0.hypergraphLayers = 0 })
        let nodes = try #require(none.output.gai).value
        func parameter(_ name: String) throws -> Tensor {
            try #require(none.model.parameters.entries.first { $0.name == name }).value
        }
        let (weight, bias) = (try parameter("lgl.project.weight"), try parameter("lgl.project.bias"))
        let doubled = (0..<nodes.rows).flatMap { row in
            (0..<8).map { output in
                2 * (0..<8).reduce(bias.values[output]) { $0 + weight[output, $1] * nodes[row, $1] }
            }
        }
        #expect(largestError(try #require(none.output.lgl).value.values, doubled) < 1e-5)
    }

    /// The other modules are those of a model without the stream of g.
    @Test(arguments: Variant.allCases) func withoutVirtualUnifiedEmotion(variant: Variant) throws {
        let (model, output) = try run(Self.configuration(variant) { $0.vue = false })
        let shapes = Dictionary(uniqueKeysWithValues: model.parameters.entries.map { ($0.name, $0.shape) })
        #expect(shapes["classify.weight"] == [4, 24])
        #expect(!shapes.keys.contains { $0.hasPrefix("vue.") || $0.hasPrefix("gai.temporal.g.") })
        if variant == .corrected {
            // Three streams and the pairs of them.
            #expect(shapes["lgl.hyperedge_weight"] == [6] && shapes["lgl.node_weight"] == [3])
        }
        let lgl = try #require(output.lgl)
        #expect(largestError(output.logProbabilities.value.values, try classified(lgl.value, by: model)) < 1e-5)
        let all = LocalGraphLearning.hyperedges(c(variant).modalities, withVUE: false)
        #expect(all.members == [[0, 1], [0, 2], [1, 2]])
    }

    private func c(_ variant: Variant) -> VUEMOConfiguration { SmallModel.configuration(variant) }

    /// The sum runs over the layers that are named, each with the norm of its own number.
    @Test(arguments: Variant.allCases, TextNorm.allCases) func textLayers(variant: Variant, norm: TextNorm) throws {
        let c = Self.configuration(variant) {
            $0.textNorm = norm
            $0.settings.textLayers = .numbers([2])
        }
        let model = SmallModel.model(c)
        let norms = model.parameters.entries.map(\.name).filter { $0.hasPrefix("text_norms.") }
        #expect(
            norms.allSatisfy { $0.hasPrefix("text_norms.1.") } && norms.isEmpty == [.none, .dialogue].contains(norm))
        func output(_ input: ConversationBatch) throws -> [Float] {
            try model.forward(input, on: Tape(mode: .evaluation, recording: false)).logProbabilities.value.array
        }
        let input = SmallModel.input(Self.dialogues, c)
        var (first, second) = (input, input)
        first.text[0] = Tensor(rows: input.utterances, columns: 10, repeating: 3)
        second.text[1] = Tensor(rows: input.utterances, columns: 10, repeating: 3)
        #expect(try output(first) == output(input))
        #expect(try output(second) != output(input))
    }

    /// A dialogue norm is one over utterances and features; the released variant's padding takes part.
    @Test func normOverADialogue() {
        var generator = SplitMix64(seed: 4)
        let lengths = [3, 1, 2]
        let x = Tensor(rows: 6, columns: 5, (0..<30).map { _ in 2 * generator.normal() + 1 })
        for steps in [0, 3] {
            let y = dialogueNorm(of: x, lengths: lengths, steps: steps)
            #expect(y.rows == (steps > 0 ? 9 : 6) && y.columns == 5)
            var first = 0
            for (dialogue, length) in lengths.enumerated() {
                let padding = [Double](repeating: 0, count: max(0, steps - length) * 5)
                let all = x.rows(first..<first + length).values.map(Double.init) + padding
                let mean = all.reduce(0, +) / Double(all.count)
                let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
                let expected = all.map { Float(($0 - mean) / (variance + 1e-5).squareRoot()) }
                #expect(
                    largestError(y.rows(first..<first + length).values, Array(expected.prefix(length * 5))) < 1e-5)
                if steps > length {
                    #expect(abs(y[6 + dialogue, 4] - expected[length * 5]) < 1e-5)
                }
                first += length
            }
        }
    }

    /// Gradients of whole models along random directions, against differences of the loss.
    @Test(
        arguments: Variant.allCases,
        [
            "vue=false", "gai=off", "lgl=false", "vue=false gai=off", "gai=off lgl=false", "textLayers=2",
            "gai=separate", "textNorm=dialogue", "encoder=none", "encoder=lstm", "encoder=transformer",
            "encodeAudioVisual=true",
        ])
    func gradients(variant: Variant, switches: String) throws {
        for modalities in ["avl", "l"] {
            let c = Self.configuration(variant, modalities: modalities) {
                for word in switches.split(separator: " ") {
                    let parts = word.split(separator: "=").map(String.init)
                    var settings = $0.settings.erased
                    #expect(settings.assign(.scalar(parts[1]), to: parts[0]) == nil)
                    $0.settings = Settings(settings)
                }
            }
            let error = try WholeGradient.error(of: SmallModel.model(c), SmallModel.input(Self.dialogues, c))
            #expect(error < 1e-2, "\(switches) of \(modalities)")
        }
    }
}

/// The gradient of a whole model against central differences.
enum WholeGradient {
    /// The largest error along some directions, relative to the gradient's norm. Differences of float32 losses: small
    /// steps leave three digits of them, large ones cross the kinks of ReLUs.
    static func error(of model: VUEMOModel, _ input: ConversationBatch) throws -> Double {
        let labels = SmallModel.labels(input, classes: model.configuration.classes)
        func loss() throws -> (Tape, Variable) {
            let tape = Tape(mode: .training(seed: 1, step: 1))
            let output = try model.forward(input, on: tape).logProbabilities
            return (tape, tape.negativeLogLikelihood(output, labels: labels))
        }
        model.parameters.zeroGradients()
        let (tape, value) = try loss()
        tape.backward(from: value)
        let gradient = model.parameters.gradients.array.map(Double.init)
        let start = model.parameters.values.array
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var worst = 0.0
        // Along the gradient itself, and with random signs in it: then every parameter has its share.
        var generator = SplitMix64(seed: 12)
        for round in 0..<4 {
            let signs = gradient.map { _ in round == 0 || Bool.random(using: &generator) ? 1.0 : -1.0 }
            let direction = zip(gradient, signs).map { $0 * $1 / norm }
            func moved(_ step: Double) throws -> Double {
                for index in start.indices {
                    model.parameters.values.values[index] = Float(Double(start[index]) + step * direction[index])
                }
                return Double(try loss().1.value[0, 0])
            }
            let step = 2e-4
            let numeric = (try moved(step) - moved(-step)) / (2 * step)
            let analytic = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            worst = max(worst, abs(numeric - analytic) / norm)
        }
        _ = model.parameters.values.values.update(fromContentsOf: start)
        return worst
    }
}
