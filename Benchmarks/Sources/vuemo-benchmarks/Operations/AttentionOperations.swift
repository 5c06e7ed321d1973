import Autodiff
import Tensors

/// The attentions of the corrected variant's global interaction, with what surrounds them.
enum AttentionOperations {
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        [selfAttention(dialogues), pooledAttention(dialogues)] + elementwise(dialogues)
    }

    /// Forward: Q Kᵀ and the weights times V, inside every dialogue. Backward: each twice.
    private static func selfAttention(_ dialogues: Dialogues) -> Operation {
        let n = dialogues.utterances
        let h = 512
        let products = Cost(operations: 2 * 2 * Double(dialogues.squares * h))
        return Operation(
            "self-attention: \(n) × 512, Σn² \(dialogues.squares)", forward: products + .numbers(n * 4 * h),
            backward: 2 * products + .numbers(n * 7 * h)
        ) {
            var make = Inputs()
            let x = make.tensor(n, 3 * h)
            return { $0.selfAttention(Variable(x), lengths: dialogues.lengths, dropout: 0.1) }
        }
    }

    /// Forward: every node against its dialogue's 4 means, and 4 weights times the means. Backward: each twice.
    private static func pooledAttention(_ dialogues: Dialogues) -> Operation {
        let nodes = 4 * dialogues.utterances
        let h = 512
        let products = 2 * Cost.product(nodes, h, 4)
        return Operation(
            "attention to means: \(nodes) × 512",
            forward: Cost(operations: products.operations) + .numbers(2 * nodes * h),
            backward: Cost(operations: 2 * products.operations) + .numbers(3 * nodes * h)
        ) {
            var make = Inputs()
            let e = make.tensor(nodes, h)
            return { $0.pooledAttention(Variable(e), streams: 4, lengths: dialogues.lengths) }
        }
    }

    /// Bytes only: forward reads and writes once; backward reads the input or the mask's factor and the gradient, and writes one.
    private static func elementwise(_ dialogues: Dialogues) -> [Operation] {
        let n = dialogues.utterances
        let h = 512
        return [
            Operation(
                "layer norm: \(4 * n) × 512", forward: .numbers(2 * 4 * n * h), backward: .numbers(3 * 4 * n * h)
            ) {
                var make = Inputs()
                let x = make.tensor(4 * n, h)
                let weight = make.parameter(1, h)
                let bias = make.parameter(1, h)
                return { $0.layerNorm(Variable(x), weight: weight, bias: bias) }
            },
            Operation("GELU: \(n) × 1024", forward: .numbers(2 * n * 1024), backward: .numbers(3 * n * 1024)) {
                var make = Inputs()
                let x = make.tensor(n, 1024)
                return { $0.gelu(Variable(x)) }
            },
            Operation(
                "dropout: \(dialogues.paddedRows) × 512", forward: .numbers(2 * dialogues.paddedRows * h),
                backward: .numbers(2 * dialogues.paddedRows * h)
            ) {
                var make = Inputs()
                let x = make.tensor(dialogues.paddedRows, h)
                return { $0.dropout(Variable(x), probability: 0.5) }
            },
        ]
    }
}
