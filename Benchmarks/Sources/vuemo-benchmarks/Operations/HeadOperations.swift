import Autodiff
import Tensors

/// Classifier and losses.
enum HeadOperations {
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        let n = dialogues.utterances
        let width = 2048
        let classes = 6
        let labels = (0..<n).map { Int32($0 % classes) }
        let product = Cost.product(n, width, classes)
        let rows = Cost.numbers(n * width)
        // Bytes only: the log-probabilities are read, their gradients written.
        let loss = Cost.numbers(n * classes)
        func lossOperation(_ name: String, _ compute: @escaping (Tape, Variable) -> Variable) -> Operation {
            Operation("loss, \(name): \(n) × \(classes)", forward: loss, backward: 2 * loss) {
                var make = Inputs()
                let logits = make.tensor(n, classes)
                let logProbabilities = Tape(mode: .evaluation, recording: false).logSoftmax(.constant(logits)).value
                return { compute($0, Variable(logProbabilities)) }
            }
        }
        return [
            // One product forward, two backward, and the pass of dropout and ReLU over the rows.
            Operation(
                "head: dropout, ReLU, \(n) × 2048 → 6, log softmax", forward: product + rows,
                backward: 2 * product + rows
            ) {
                var make = Inputs()
                let x = make.tensor(n, width)
                let weight = make.parameter(classes, width)
                let bias = make.parameter(1, classes)
                return { tape in
                    tape.logSoftmax(
                        tape.linear(tape.dropoutReLU(Variable(x), probability: 0.5), weight: weight, bias: bias))
                }
            },
            lossOperation("weighted log-likelihood") {
                $0.negativeLogLikelihood($1, labels: labels, classWeights: [11, 7, 4, 6, 8, 4])
            },
            lossOperation("focal as released") { $0.releasedFocalLoss($1, labels: labels) },
        ]
    }
}
