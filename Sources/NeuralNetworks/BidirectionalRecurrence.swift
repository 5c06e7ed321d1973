import Autodiff

/// A stack of bidirectional GRU layers with dropout between them: [S, in] → [layout.rows, 2·hidden].
public struct BidirectionalGRU {
    private let layers: RecurrentStack

    /// Declares PyTorch's names (weight_ih_l0, …, bias_hh_l1_reverse), all U(±1/√hidden).
    ///
    /// - Parameter hidden: width of one direction
    public init(_ p: ParameterScope, inputs: Int, hidden: Int, layers: Int) {
        self.layers = RecurrentStack(p, gates: 3, inputs: inputs, hidden: hidden, layers: layers)
    }

    /// Runs all layers over the layout.
    ///
    /// - Parameter inputRow: for every row of the layout the row of x it reads
    public func callAsFunction(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32], dropout: Float, on tape: Tape
    ) -> Variable {
        layers.run(x, inputRow: inputRow, dropout: dropout, on: tape) {
            tape.gruLayer($0, layout: layout, inputRow: $1, directions: $2)
        }
    }
}

/// A stack of bidirectional LSTM layers with dropout between them: [S, in] → [layout.rows, 2·hidden].
public struct BidirectionalLSTM {
    private let layers: RecurrentStack

    /// Declares PyTorch's names (weight_ih_l0, …, bias_hh_l1_reverse), all U(±1/√hidden).
    ///
    /// - Parameter hidden: width of one direction
    public init(_ p: ParameterScope, inputs: Int, hidden: Int, layers: Int) {
        self.layers = RecurrentStack(p, gates: 4, inputs: inputs, hidden: hidden, layers: layers)
    }

    /// Runs all layers over the layout.
    ///
    /// - Parameter inputRow: for every row of the layout the row of x it reads
    public func callAsFunction(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32], dropout: Float, on tape: Tape
    ) -> Variable {
        layers.run(x, inputRow: inputRow, dropout: dropout, on: tape) {
            tape.lstmLayer($0, layout: layout, inputRow: $1, directions: $2)
        }
    }
}

/// The parameters of a stack, and the walk through its layers.
private struct RecurrentStack {
    private let layers: [[Direction]]

    private struct Direction {
        let inputWeight, recurrentWeight, inputBias, recurrentBias: Parameter

        var variables: RecurrentDirection {
            RecurrentDirection(
                inputWeight: inputWeight.variable, recurrentWeight: recurrentWeight.variable,
                inputBias: inputBias.variable,
                recurrentBias: recurrentBias.variable)
        }
    }

    init(_ p: ParameterScope, gates: Int, inputs: Int, hidden: Int, layers: Int) {
        self.layers = (0..<layers).map { layer in
            ["", "_reverse"].map { suffix in
                let width = layer == 0 ? inputs : 2 * hidden
                let name = "l\(layer)\(suffix)"
                return Direction(
                    inputWeight: p.declare("weight_ih_\(name)", [gates * hidden, width], .fanIn(hidden)),
                    recurrentWeight: p.declare("weight_hh_\(name)", [gates * hidden, hidden], .fanIn(hidden)),
                    inputBias: p.declare("bias_ih_\(name)", [gates * hidden], .fanIn(hidden)),
                    recurrentBias: p.declare("bias_hh_\(name)", [gates * hidden], .fanIn(hidden)))
            }
        }
    }

    func run(
        _ x: Variable, inputRow: [Int32], dropout: Float, on tape: Tape,
        layer: (Variable, [Int32]?, [RecurrentDirection]) -> Variable
    ) -> Variable {
        var y = x
        for (index, directions) in layers.enumerated() {
            if index > 0 { y = tape.dropout(y, probability: dropout) }
            y = layer(y, index == 0 ? inputRow : nil, directions.map(\.variables))
        }
        return y
    }
}
