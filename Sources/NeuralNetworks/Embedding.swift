import Autodiff

/// A table of vectors, one per entry, added to rows.
public struct Embedding {
    private let weight: Parameter

    /// Declares "weight" [entries, width], standard normal.
    public init(_ p: ParameterScope, entries: Int, width: Int) {
        weight = p.declare("weight", [entries, width], .normal)
    }

    /// x + table[index]: [N, width].
    public func add(to x: Variable, index: [Int32], on tape: Tape) -> Variable {
        tape.addEmbedding(x, table: weight.variable, index: index)
    }
}
