import Autodiff
import Tensors

/// The gated residual in both forms.
enum GateOperations {
    static func operations(_ dialogues: Dialogues) -> [Operation] { [released(dialogues), corrected(dialogues)] }

    /// W [x ; x + c] = (W₁ + W₂) x + c W₂1: one product forward, two backward.
    private static func released(_ dialogues: Dialogues) -> Operation {
        let n = dialogues.utterances
        let rows = 4 * n
        let h = 512
        let product = Cost.product(rows, h, h)
        return Operation(
            "gate, one context number: \(rows) × 512", forward: product + .numbers(rows * h),
            backward: 2 * product + .numbers(rows * h)
        ) {
            var make = Inputs()
            let x = make.tensor(rows, h)
            let context = make.tensor(n, 1)
            let weight = make.parameter(h, 2 * h)
            let bias = make.parameter(1, h)
            return { $0.gatedResidual(Variable(x), utteranceContext: Variable(context), weight: weight, bias: bias) }
        }
    }

    /// (W₁ + W₂) x + W₂ c: two products forward, four backward.
    private static func corrected(_ dialogues: Dialogues) -> Operation {
        let rows = 4 * dialogues.utterances
        let h = 512
        let products = 2 * Cost.product(rows, h, h)
        return Operation(
            "gate, context rows: \(rows) × 512", forward: products + .numbers(rows * h),
            backward: 2 * products + .numbers(rows * h)
        ) {
            var make = Inputs()
            let x = make.tensor(rows, h)
            let context = make.tensor(rows, h)
            let weight = make.parameter(h, 2 * h)
            let bias = make.parameter(1, h)
            return { $0.gatedResidual(Variable(x), context: Variable(context), weight: weight, bias: bias) }
        }
    }
}
