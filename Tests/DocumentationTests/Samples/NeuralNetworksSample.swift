import Autodiff
import NeuralNetworks
import Tensors
import Testing

extension ModuleDocumentTests {
    @Test func neuralNetworksSample() throws {
        // sample
        let (layer, parameters) = ParameterStore.build(seed: 1) { scope in
            Linear(scope.scope("classifier"), inputs: 4, outputs: 2)
        }
        let y = layer(.constant(Tensor(rows: 3, columns: 4, repeating: 1)), on: Tape(mode: .evaluation))
        let names = parameters.entries.map(\.name)  // ["classifier.weight", "classifier.bias"]
        // end
        #expect(names == ["classifier.weight", "classifier.bias"] && y.columns == 2)
    }
}
