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

    @Test(arguments: 1...4)
    func meanOfTensors(terms: Int) {
        var generator = SplitMix64(seed: 6)
        checkOperation((0..<terms).map { _ in Grid.random(3, 5, using: &generator) }) { tape, v in
            tape.mean(v)
        } reference: { v in
            var y = Grid(rows: 3, columns: 5)
            for index in y.values.indices { y.values[index] = v.reduce(0) { $0 + $1.values[index] } / Double(v.count) }
            return y
        }
    }

    @Test func weightedTerms() {
        var generator = SplitMix64(seed: 7)
        checkOperation([Grid.random(3, 5, using: &generator), .random(3, 5, using: &generator)]) { tape, v in
            tape.weightedSum([(v[0], 0.7), (v[1], -2), (v[0], 0.5)])
        } reference: { v in
            var y = v[0]
            for index in y.values.indices { y.values[index] = 1.2 * v[0].values[index] - 2 * v[1].values[index] }
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
