import Autodiff
import Tensors

/// Four text layers, each normalised, then summed.
enum TextNorms {
    /// Bytes only: forward reads four layers and writes their sum, backward reads the four and the sum's gradient.
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        let n = dialogues.utterances
        let width = 1024
        let cost = 5 * Cost.numbers(n * width)
        return [
            Operation("text: 4 batch norms and their sum, \(n) × \(width)", forward: cost, backward: cost) {
                var make = Inputs()
                let layers = (0..<4).map { _ in make.tensor(n, width) }
                let parameters = layers.map { _ in (make.parameter(1, width), make.parameter(1, width)) }
                let statistics = RunningStatistics(
                    mean: make.tensor(1, width), variance: Tensor(rows: 1, columns: width, repeating: 1),
                    batches: make.tensor(1, 1))
                return { tape in
                    tape.sum(
                        zip(layers, parameters).map { layer, parameter in
                            tape.batchNorm(
                                .constant(layer), weight: parameter.0, bias: parameter.1, statistics: statistics,
                                paddingRows: dialogues.paddedRows - n)
                        })
                }
            },
            Operation("text: 4 layer norms and their sum, \(n) × \(width)", forward: cost, backward: cost) {
                var make = Inputs()
                let layers = (0..<4).map { _ in make.tensor(n, width) }
                let parameters = layers.map { _ in (make.parameter(1, width), make.parameter(1, width)) }
                return { tape in
                    tape.sum(
                        zip(layers, parameters).map { tape.layerNorm(.constant($0), weight: $1.0, bias: $1.1) })
                }
            },
        ]
    }
}
