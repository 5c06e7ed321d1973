import Autodiff
import Configuration
import NeuralNetworks
import Optimizers
import Tensors
import Testing

extension ModuleDocumentTests {
    @Test func optimizersSample() throws {
        // sample
        let (layer, parameters) = ParameterStore.build(seed: 1) { Linear($0, inputs: 2, outputs: 2) }
        let optimizer = AdamW(parameters, Settings<AdamWKeys>(learningRate: 1e-2))

        let tape = Tape(mode: .training(seed: 1, step: 0))
        let x = Variable.constant(Tensor(rows: 3, columns: 2, [1, 2, 3, 4, 5, 6]))
        let loss = tape.negativeLogLikelihood(tape.logSoftmax(layer(x, on: tape)), labels: [0, 1, 0])
        tape.backward(from: loss)
        let norm = optimizer.step()
        // end
        #expect(norm > 0 && optimizer.stepCount == 1)
    }
}
