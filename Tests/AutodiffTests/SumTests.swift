import Autodiff
import Tensors
import Testing

@Suite struct SumTests {
    @Test(arguments: 1...4)
    func sumOfTensors(terms: Int) {
        var generator = SplitMix64(seed: 4)
        checkOperation((0..<terms).map { _ in Grid.random(3, 5, using: &generator) }) { tape, v in
            tape.sum(v)
        } reference: { v in
            var y = v[0]
            for term in v.dropFirst() {
                for index in y.values.indices { y.values[index] += term.values[index] }
            }
            return y
        }
    }

    @Test func aTermTwice() {
        var generator = SplitMix64(seed: 5)
        checkOperation([Grid.random(3, 5, using: &generator), .random(3, 5, using: &generator)]) { tape, v in
            tape.sum([v[0], v[1], v[0]])
        } reference: { v in
            var y = v[1]
            for index in y.values.indices { y.values[index] += 2 * v[0].values[index] }
            return y
        }
    }
}
