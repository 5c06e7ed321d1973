import Autodiff
import Conversations
import Tensors
import Testing
import Models

/// What passes through VUEMO, against the reference.
@Suite struct StageTests {
    @Test(arguments: GoldenCase.vuemo)
    func inTraining(_ golden: GoldenCase) throws {
        let model = try golden.vuemoModel()
        let (input, _, _) = try golden.input()
        let output = try model.forward(input, on: Tape(mode: .training(seed: 1, step: 1)))
        #expect(largestError(output.logProbabilities.value.values, try golden.floats("train/log_probabilities")) < 1e-4)
        let c = model.configuration
        #expect((output.vue != nil) == c.vue && (output.gai != nil) == (c.gai != .off) && (output.lgl != nil) == c.lgl)
        if let vue = output.vue {
            #expect(largestError(vue.value.values, try golden.floats("train/stages/vue")) < 1e-4)
        }
        if let lgl = output.lgl {
            #expect(largestError(lgl.value.values, try golden.floats("train/stages/lgl")) < 1e-4)
        }
        let n = input.utterances
        let names = c.modalities.members.map { String($0.letter) } + (c.vue ? ["g"] : [])
        for (stream, name) in names.enumerated() {
            if stream < output.features.count {
                #expect(
                    largestError(
                        output.features[stream].value.values, try golden.floats("train/stages/features/\(name)")) < 1e-4
                )
            }
            guard let gai = output.gai?.value.reshaped(rows: n, columns: c.streams * c.hiddenSize) else { continue }
            var block: [Float] = []
            for row in 0..<n {
                let first = row * gai.columns + stream * c.hiddenSize
                block += gai.values[first..<first + c.hiddenSize]
            }
            #expect(largestError(block, try golden.floats("train/stages/gai/\(name)")) < 1e-4)
        }
    }
}
