import Autodiff

/// A stack of bidirectional GRU layers with dropout between them: [S, in] → [layout.rows, 2·hidden].
public struct BidirectionalGRU {
    private let layers: [[Direction]]

    private struct Direction {
        let inputWeight, recurrentWeight, inputBias, recurrentBias: Parameter

        var variables: GRUDirection {
            GRUDirection(
                inputWeight: inputWeight.variable, recurrentWeight: recurrentWeight.variable,
                inputBias: inputBias.variable,
                recurrentBias: recurrentBias.variable)
        }
    }

    /// Declares PyTorch's names (weight_ih_l0, …, bias_hh_l1_reverse), all U(±1/√hidden).
    ///
    /// - Parameter hidden: width of one direction
    public init(_ p: ParameterScope, inputs: Int, hidden: Int, layers: Int) {
        self.layers = (0..<layers).map { layer in
            ["", "_reverse"].map { suffix in
                let width = layer == 0 ? inputs : 2 * hidden
                let name = "l\(layer)\(suffix)"
                return Direction(
                    inputWeight: p.declare("weight_ih_\(name)", [3 * hidden, width], .fanIn(hidden)),
                    recurrentWeight: p.declare("weight_hh_\(name)", [3 * hidden, hidden], .fanIn(hidden)),
                    inputBias: p.declare("bias_ih_\(name)", [3 * hidden], .fanIn(hidden)),
                    recurrentBias: p.declare("bias_hh_\(name)", [3 * hidden], .fanIn(hidden)))
            }
        }
    }

    /// Runs all layers over the layout.
    ///
    /// - Parameter inputRow: for every row of the layout the row of x it reads
    public func callAsFunction(
        _ x: Variable, layout: SequenceLayout, inputRow: [Int32], dropout: Float, on tape: Tape
    ) -> Variable {
        var y = x
        for (index, directions) in layers.enumerated() {
            if index > 0 { y = tape.dropout(y, probability: dropout) }
            y = tape.gruLayer(
                y, layout: layout, inputRow: index == 0 ? inputRow : nil, directions: directions.map(\.variables))
        }
        return y
    }
}
