import Autodiff
import Foundation
import NeuralNetworks
import Tensors
import Testing
import Models

/// Every non-empty subset of modalities, variant and norm computes finite numbers, forward and backward.
@Suite struct SubsetTests {
    static let subsets = ["a", "v", "l", "av", "al", "vl", "avl"]

    @Test(arguments: subsets, Variant.allCases)
    func forwardAndBackward(modalities: String, variant: Variant) throws {
        for norm in TextNorm.allCases {
            for projectText in [true, false] {
                let c = SmallModel.configuration(variant, modalities: modalities, norm: norm, projectText: projectText)
                let model = VUEMOModel(c, seed: 3)
                for lengths in [[5, 1, 3], [1]] {
                    let input = SmallModel.input(lengths.enumerated().map { (number: $0, length: $1) }, c)
                    let tape = Tape(mode: .training(seed: 1, step: 1))
                    let output = try model.forward(input, on: tape).logProbabilities
                    #expect(output.rows == input.utterances && output.columns == 4)
                    let sums = (0..<output.rows).map { row in
                        (0..<4).reduce(0) { $0 + exp(Double(output.value[row, $1])) }
                    }
                    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
                    model.parameters.zeroGradients()
                    tape.backward(
                        from: tape.negativeLogLikelihood(output, labels: SmallModel.labels(input, classes: 4)))
                    #expect(model.parameters.gradients.values.allSatisfy { $0.isFinite }, "\(c)")
                    if lengths.count > 1 { expectGradients(model) }
                }
            }
        }
    }

    /// The parameters that take part have a gradient.
    private func expectGradients(_ model: VUEMOModel) {
        let c = model.configuration
        for entry in model.parameters.entries {
            let textOnly = entry.name.hasPrefix("speaker.") || entry.name.hasPrefix("text_norms.")
            if textOnly && !c.modalities.contains(.text) {
                #expect(entry.variable.gradient?.values.allSatisfy { $0 == 0 } ?? false, "\(entry.name) in \(c)")
            } else {
                #expect(entry.variable.gradient?.values.contains { $0 != 0 } ?? false, "\(entry.name) in \(c)")
            }
        }
    }
}
