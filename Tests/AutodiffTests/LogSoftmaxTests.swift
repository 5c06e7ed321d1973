import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct LogSoftmaxTests {
    @Test(arguments: [(1, 2), (7, 6), (3, 1)])
    func logProbabilities(rows: Int, columns: Int) {
        var generator = SplitMix64(seed: 14)
        checkOperation([Grid.random(rows, columns, scale: 3, using: &generator)]) { tape, v in
            tape.logSoftmax(v[0])
        } reference: { v in
            var y = v[0]
            for row in 0..<rows {
                let total = (0..<columns).reduce(0) { $0 + exp(v[0][row, $1]) }
                for c in 0..<columns { y[row, c] -= log(total) }
            }
            return y
        }
    }

    /// Scores of any size give finite log-probabilities.
    @Test func largeScores() {
        let x = Tensor(rows: 2, columns: 3, [1e30, 0, -1e30, 500, 499, -500])
        let y = Tape(mode: .evaluation, recording: false).logSoftmax(.constant(x)).value.array
        #expect(y.allSatisfy { $0.isFinite })
        #expect(y[0] == 0)
        #expect(abs(y[3] + 0.3132617) < 1e-5)
    }
}
