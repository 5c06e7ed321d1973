import Autodiff
import Tensors
import Testing

@Suite struct LinearTests {
    @Test(arguments: [(1, 1, 1), (5, 7, 3), (40, 3, 9)], [false, true])
    func affineMap(shape: (rows: Int, inputs: Int, outputs: Int), relu: Bool) {
        var generator = SplitMix64(seed: 1)
        let inputs = [
            Grid.random(shape.rows, shape.inputs, using: &generator),
            .random(shape.outputs, shape.inputs, using: &generator),
            .random(1, shape.outputs, using: &generator),
        ]
        checkOperation(inputs) { tape, v in
            tape.linear(v[0], weight: v[1], bias: v[2], relu: relu)
        } reference: { v in
            var y = v[0].timesTransposed(v[1])
            for index in y.values.indices {
                y.values[index] += v[2].values[index % y.columns]
                if relu { y.values[index] = max(0, y.values[index]) }
            }
            return y
        }
    }

    @Test(arguments: [false, true])
    func withoutBias(relu: Bool) {
        var generator = SplitMix64(seed: 2)
        let inputs = [Grid.random(6, 4, using: &generator), .random(5, 4, using: &generator)]
        checkOperation(inputs) { tape, v in
            tape.linear(v[0], weight: v[1], relu: relu)
        } reference: { v in
            var y = v[0].timesTransposed(v[1])
            if relu { y.values = y.values.map { max(0, $0) } }
            return y
        }
    }
}
