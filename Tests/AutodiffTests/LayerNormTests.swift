import Autodiff
import Tensors
import Testing

@Suite struct LayerNormTests {
    /// Fewer rows than the backward's blocks, and more.
    @Test(arguments: [(1, 6), (5, 4), (19, 11)])
    func normalisedRows(rows: Int, columns: Int) {
        var generator = SplitMix64(seed: 13)
        var x = Grid.random(rows, columns, scale: 2, using: &generator)
        for index in x.values.indices { x.values[index] += 0.75 }
        let inputs = [x, Grid.random(1, columns, using: &generator), .random(1, columns, using: &generator)]
        checkOperation(inputs) { tape, v in
            tape.layerNorm(v[0], weight: v[1], bias: v[2])
        } reference: { v in
            Self.reference(v[0], v[1], v[2], epsilon: 1e-5)
        }
    }

    /// A row of equal numbers has no deviation: ε keeps it finite.
    @Test func constantRow() {
        let x = Tensor(rows: 1, columns: 4, repeating: 3)
        let one = Tensor(rows: 1, columns: 4, repeating: 1)
        let tape = Tape(mode: .evaluation)
        let input = Variable(x)
        let y = tape.layerNorm(input, weight: .constant(one), bias: .constant(one))
        #expect(y.value.array == [1, 1, 1, 1])
    }

    static func reference(_ x: Grid, _ weight: Grid, _ bias: Grid, epsilon: Double) -> Grid {
        var y = x
        for row in 0..<x.rows {
            let values = (0..<x.columns).map { x[row, $0] }
            let mean = values.reduce(0, +) / Double(x.columns)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.columns)
            for c in 0..<x.columns {
                y[row, c] = (x[row, c] - mean) / (variance + epsilon).squareRoot() * weight.values[c] + bias.values[c]
            }
        }
        return y
    }
}
