import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct AngularGraphTests {
    /// The whole dialogue as one matrix of M·n nodes, stream after stream, as the public code has it.
    private func reference(_ x: Grid, streams: Int, lengths: [Int]) -> Grid {
        let h = x.columns / streams
        var flat: [Double] = []
        for (dialogue, n) in lengths.enumerated() {
            let first = starts(lengths)[dialogue]
            func features(_ node: Int) -> [Double] {
                (0..<h).map { x[first + node % n, node / n * h + $0] }
            }
            func cosine(_ a: [Double], _ b: [Double]) -> Double {
                let lengths = [a, b].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
                if lengths[0] == 0 || lengths[1] == 0 { return 0 }
                return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (lengths[0] * lengths[1])
            }
            let count = n * streams
            var a = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
            for i in 0..<count {
                for j in 0..<count where i / n == j / n || i % n == j % n {
                    a[i][j] = 1 - acos(0.99999 * cosine(features(i), features(j))) / .pi
                }
            }
            let scale = a.map { 1 / $0.reduce(0, +).squareRoot() }
            func weight(_ i: Int, _ j: Int) -> Double { a[i][j] * scale[i] * scale[j] }
            for stream in 0..<streams {
                for i in 0..<n {
                    for j in 0..<n { flat.append(weight(stream * n + i, stream * n + j)) }
                }
            }
            for i in 0..<n {
                for stream in 0..<streams {
                    for other in 0..<streams {
                        flat.append(stream == other ? 0 : weight(stream * n + i, other * n + i))
                    }
                }
            }
        }
        var result = Grid(rows: 1, columns: flat.count)
        result.values = flat
        return result
    }

    @Test(arguments: 1...3, [[1], [4], [2, 1, 3]]) func wholeMatrix(streams: Int, lengths: [Int]) {
        var generator = SplitMix64(seed: 40)
        let x = Grid.random(lengths.reduce(0, +), streams * 5, using: &generator)
        checkOperation([x], elements: 20, tolerance: 3e-4) { tape, v in
            tape.angularGraph(v[0], streams: streams, lengths: lengths)
        } reference: {
            reference($0[0], streams: streams, lengths: lengths)
        }
    }

    /// Features without a direction, and several of one direction, where arccos is steepest.
    @Test func zerosAndParallels() {
        var x = Grid(rows: 4, columns: 3)
        x.values = [0, 0, 0, 1, 2, 3, 2, 4, 6, -1, -2, -3]
        let variable = Variable(x.tensor)
        let tape = Tape(mode: .evaluation)
        let weights = tape.angularGraph(variable, streams: 1, lengths: [4])
        #expect(largestError(Grid(weights.value), reference(x, streams: 1, lengths: [4])) < 1e-3)
        let count = weights.columns
        var generator = SplitMix64(seed: 41)
        tape.backward(
            from: tape.linear(weights, weight: .constant(Grid.random(1, count, using: &generator).tensor)))
        #expect(variable.gradient?.isFinite == true)
    }
}
