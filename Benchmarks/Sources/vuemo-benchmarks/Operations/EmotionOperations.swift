import Autodiff
import Tensors

/// The virtual unified emotion's convolution.
enum EmotionOperations {
    /// Forward: per node two dot products, per dialogue and modality one n×n block times its rows. Backward: each twice. The n²
    /// tanh are not counted.
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        let n = dialogues.utterances
        let modalities = 3
        let h = 512
        let products = Cost(operations: 2 * Double(modalities * h) * Double(dialogues.squares + 2 * n))
        let rows = Cost.numbers(n * modalities * h)
        return [
            Operation(
                "VUE convolution: \(n) × 3 × 512, Σn² \(dialogues.squares)", forward: products + 2 * rows,
                backward: 2 * products + 3 * rows
            ) {
                var make = Inputs()
                let y = make.tensor(n, modalities * h)
                let gate = make.parameter(1, 2 * h)
                let bias = make.parameter(1, 1)
                return { $0.emotionConvolution(Variable(y), gate: gate, bias: bias, lengths: dialogues.lengths) }
            }
        ]
    }
}
