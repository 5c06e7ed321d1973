import Autodiff
import Configuration
import ConversationModels
import NeuralNetworks
import Optimizers
import Tensors
import Testing
import Models

/// Every model against its reference, number for number.
@Suite struct GoldenTests {
    @Test func goldenFilesAreThere() {
        let names = GoldenCase.all.map { try? $0.name }
        #expect(names.count { $0 == "vuemo" } >= 6)
        for model in ModelRegister.all.models { #expect(names.count { $0 == model.name } >= 2, "\(model.name)") }
    }

    @Test(arguments: GoldenCase.all)
    func forwardInEvaluation(_ golden: GoldenCase) throws {
        let model = try golden.model()
        let (input, _, _) = try golden.input()
        let output = try model.logProbabilities(input, on: Tape(mode: .evaluation, recording: false), stages: nil)
        #expect(largestError(output.value.values, try golden.floats("eval/log_probabilities")) < 1e-4)
    }

    @Test(arguments: GoldenCase.all)
    func losses(_ golden: GoldenCase) throws {
        let model = try golden.model()
        let (input, labels, weights) = try golden.input()
        for (name, values) in try golden.arrays("train/losses") {
            let tape = Tape(mode: .training(seed: 1, step: 1))
            let output = try model.logProbabilities(input, on: tape, stages: nil)
            #expect(largestError(output.value.values, try golden.floats("train/log_probabilities")) < 1e-4)
            let loss = loss(name, output, labels, weights, tape)
            let expected = values.values[0]
            #expect(abs(loss.value.values[0] - expected) < 1e-4 * abs(expected), "\(name)")
        }
    }

    @Test(arguments: GoldenCase.all)
    func gradients(_ golden: GoldenCase) throws {
        let model = try golden.model()
        let (input, labels, weights) = try golden.input()
        let tape = Tape(mode: .training(seed: 1, step: 1))
        let output = try model.logProbabilities(input, on: tape, stages: nil)
        tape.backward(from: loss(try golden.description().loss, output, labels, weights, tape))
        let expected = try golden.arrays("train/gradients")
        for parameter in model.parameters.entries {
            let gradient = parameter.variable.gradient!.values
            if let expected = expected[parameter.name] {
                #expect(relativeNorm(gradient, expected.values) < 1e-3, "\(parameter.name)")
            } else {
                #expect(gradient.allSatisfy { $0 == 0 }, "\(parameter.name) has no gradient in the reference")
            }
        }
        #expect(Set(expected.keys).isSubset(of: model.parameters.entries.map(\.name)))
        for buffer in model.parameters.buffers {
            let expected = try golden.floats("train/buffers_after/\(buffer.name)")
            #expect(largestError(buffer.value.values, expected) < 1e-4, "\(buffer.name)")
        }
    }

    @Test(arguments: GoldenCase.all)
    func threeStepsOfAdamW(_ golden: GoldenCase) throws {
        let model = try golden.model()
        let (input, labels, weights) = try golden.input()
        var configuration = Settings<AdamWKeys>(
            learningRate: try golden.attribute("lr", of: "adamw"),
            weightDecay: try golden.attribute("weight_decay", of: "adamw"))
        configuration.epsilon = try golden.attribute("eps", of: "adamw")
        let optimizer = AdamW(model.parameters, configuration)
        let name = try golden.description().loss
        var losses: [Float] = []
        for step in 0...3 {
            let tape = Tape(mode: .training(seed: 1, step: UInt64(step)))
            let output = try model.logProbabilities(input, on: tape, stages: nil)
            let loss = loss(name, output, labels, weights, tape)
            if step > 0 { losses.append(loss.value.values[0]) }
            if step == 3 { break }
            tape.backward(from: loss)
            optimizer.step()
        }
        for (loss, expected) in zip(losses, try golden.floats("adamw/losses_after_each_step")) {
            #expect(abs(loss - expected) < 1e-3 * abs(expected))
        }
        let expected = try golden.arrays("adamw/parameters_after_3_steps")
        for parameter in model.parameters.entries {
            let values = try #require(expected[parameter.name]?.values, "\(parameter.name)")
            let idle = elementsWithoutEffect(parameter)
            let active = values.indices.filter { !idle.contains($0) }
            #expect(
                relativeNorm(active.map { parameter.value.values[$0] }, active.map { values[$0] }) < 1e-4,
                "\(parameter.name)")
            for index in idle {
                #expect(abs(parameter.value.values[index] - values[index]) < 6.1 * Float(configuration.learningRate))
            }
        }
    }

    /// An attention's key bias has no effect: a softmax does not see a constant added to its row. Its gradient is rounding noise
    /// below AdamW's epsilon, and noise divided by its own size is a step, in the reference as here. So after three steps it
    /// may be up to six steps away, three in each direction.
    private func elementsWithoutEffect(_ parameter: Parameter) -> Range<Int> {
        guard parameter.name.hasSuffix("self_attn.in_proj_bias") else { return 0..<0 }
        let h = parameter.count / 3
        return h..<2 * h
    }

    private func loss(
        _ name: String, _ output: Variable, _ labels: [Int32], _ weights: [Float], _ tape: Tape
    ) -> Variable {
        switch name {
        case "weighted-nll": tape.negativeLogLikelihood(output, labels: labels, classWeights: weights)
        case "focal-released": tape.releasedFocalLoss(output, labels: labels)
        default: preconditionFailure("no loss is called \(name)")
        }
    }
}
