import Autodiff
import Foundation
import NeuralNetworks
import Tensors

/// What reads a modality's features over the dialogue, `model.encoder`.
struct DialogueContext {
    private let encoder: Encoder
    private let configuration: VUEMOConfiguration

    private enum Encoder {
        case gru(BidirectionalGRU)
        case lstm(BidirectionalLSTM)
        case transformer([TransformerEncoderLayer])
        case none
    }

    /// Declares the encoder under the scope.
    init(_ p: ParameterScope, _ configuration: VUEMOConfiguration, inputs: Int) {
        self.configuration = configuration
        let h = configuration.hiddenSize
        encoder =
            switch configuration.encoder {
            case .gru: .gru(BidirectionalGRU(p, inputs: inputs, hidden: h / 2, layers: 2))
            case .lstm: .lstm(BidirectionalLSTM(p, inputs: inputs, hidden: h / 2, layers: 2))
            case .transformer:
                .transformer((0..<2).map { TransformerEncoderLayer(p.scope($0), hidden: h, feedForward: 2 * h) })
            case .none: .none
            }
    }

    /// For whom a row behind the utterances stands, in the released variant.
    enum Padding {
        /// One row for all dialogues.
        case shared
        /// A row for each.
        case ofDialogue
    }

    /// x, the utterances' rows and behind them those of padding → [N, H].
    func callAsFunction(_ x: Variable, lengths: [Int], padding: Padding = .shared, on tape: Tape) -> Variable {
        switch encoder {
        case .gru(let gru):
            return recurrent(x, lengths, padding, on: tape) {
                gru(x, layout: $0, inputRow: $1, dropout: configuration.dropoutProbability, on: tape)
            }
        case .lstm(let lstm):
            return recurrent(x, lengths, padding, on: tape) {
                lstm(x, layout: $0, inputRow: $1, dropout: configuration.dropoutProbability, on: tape)
            }
        case .transformer(let layers):
            let positioned = tape.sum([utterances(x, lengths, on: tape), .constant(positions(lengths))])
            return layers.reduce(positioned) {
                $1($0, lengths: lengths, dropout: configuration.transformerDropout, on: tape)
            }
        case .none: return utterances(x, lengths, on: tape)
        }
    }

    /// The utterances' states of layers that run over padding in the released variant, and over each dialogue alone in the other.
    private func recurrent(
        _ x: Variable, _ lengths: [Int], _ padding: Padding, on tape: Tape,
        layers: (SequenceLayout, [Int32]) -> Variable
    ) -> Variable {
        let layout =
            configuration.variant == .released ? SequenceLayout(padding: lengths) : SequenceLayout(packing: lengths)
        return tape.gatherRows(layers(layout, inputRows(layout, lengths, padding)), layout.rowOfUtterance)
    }

    private func inputRows(_ layout: SequenceLayout, _ lengths: [Int], _ padding: Padding) -> [Int32] {
        guard padding == .ofDialogue else { return layout.source }
        let utterances = Int32(lengths.reduce(0, +))
        // At each time of a padded layout the dialogues stand in their order.
        return layout.source.enumerated().map { $1 == utterances ? $1 + Int32($0 % lengths.count) : $1 }
    }

    /// x without the rows of padding.
    private func utterances(_ x: Variable, _ lengths: [Int], on tape: Tape) -> Variable {
        let count = lengths.reduce(0, +)
        return x.rows == count ? x : tape.gatherRows(x, (0..<count).map { Int32($0) })
    }

    /// sin and cos of t / 10000^(2k/H) in the columns 2k and 2k + 1 of the dialogue's t-th row (Vaswani et al., 2017).
    private func positions(_ lengths: [Int]) -> Tensor {
        let h = configuration.hiddenSize
        let y = Tensor(rows: lengths.reduce(0, +), columns: h)
        let wavelengths = (0..<h / 2).map { pow(10_000, Double(2 * $0) / Double(h)) }
        let longest = (0..<(lengths.max() ?? 0)).flatMap { time in
            wavelengths.flatMap { [Float(sin(Double(time) / $0)), Float(cos(Double(time) / $0))] }
        }
        let values = y.values
        var next = 0
        for length in lengths {
            for number in longest[..<(length * h)] {
                values[next] = number
                next += 1
            }
        }
        return y
    }
}
