import Autodiff
import Tensors

/// Linear layers at the sizes of an IEMOCAP minibatch.
enum LinearLayers {
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        let n = dialogues.utterances
        return [
            layer("audio", rows: n, inputs: 1582, outputs: 512, inputGradient: false),
            layer("visual", rows: n, inputs: 342, outputs: 512, inputGradient: false),
            layer("text", rows: n, inputs: 1024, outputs: 512),
            layer("VUE project", rows: 3 * n, inputs: 512, outputs: 512),
            layer("VUE fuse", rows: n, inputs: 1536, outputs: 512),
            layer("GAI expand, ReLU", rows: 4 * n, inputs: 512, outputs: 1024, relu: true),
            layer("GAI shrink", rows: 4 * n, inputs: 1024, outputs: 512),
            layer("LGL project", rows: 4 * n, inputs: 512, outputs: 512),
        ]
    }

    /// Forward: one product. Backward: one for the weight, one more where the input wants its gradient.
    static func layer(
        _ name: String, rows: Int, inputs: Int, outputs: Int, inputGradient: Bool = true, relu: Bool = false
    ) -> Operation {
        let product = Cost.product(rows, inputs, outputs)
        return Operation(
            "linear, \(name): \(rows) × \(inputs) → \(outputs)", forward: product,
            backward: (inputGradient ? 2 : 1) * product
        ) {
            var make = Inputs()
            let x = make.tensor(rows, inputs)
            let weight = make.parameter(outputs, inputs)
            let bias = make.parameter(1, outputs)
            return { $0.linear(Variable(x, requiresGradient: inputGradient), weight: weight, bias: bias, relu: relu) }
        }
    }
}
