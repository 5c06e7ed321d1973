import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct LossesTests {
    static let labels: [[Int32]] = [[0, 3, 1, 2, 2], [-1, 3, -1, 2, 0], [-1, -1, -1, -1, 3]]
    static let weights: [Float] = [11.5, 6.9, 0.5, 3.25]

    /// Log-probabilities of a softmax, so that focal losses get probabilities.
    private func logProbabilities(seed: UInt64) -> Grid {
        var generator = SplitMix64(seed: seed)
        let scores = Grid.random(5, 4, scale: 2, using: &generator).tensor
        return Grid(Tape(mode: .evaluation, recording: false).logSoftmax(.constant(scores)).value)
    }

    private func scalar(_ value: Double) -> Grid { Grid(rows: 1, columns: 1, repeating: value) }

    @Test(arguments: labels, [weights, nil])
    func negativeLogLikelihood(labels: [Int32], weights: [Float]?) {
        checkOperation([logProbabilities(seed: 15)], elements: 20) { tape, v in
            tape.negativeLogLikelihood(v[0], labels: labels, classWeights: weights)
        } reference: { v in
            var sum = 0.0
            var total = 0.0
            for (row, label) in labels.enumerated() where label >= 0 {
                let weight = Double(weights?[Int(label)] ?? 1)
                sum -= weight * v[0][row, Int(label)]
                total += weight
            }
            return scalar(sum / total)
        }
    }

    /// PyTorch's cross_entropy with label_smoothing.
    @Test(arguments: labels, [weights, nil])
    func labelSmoothing(labels: [Int32], weights: [Float]?) {
        checkOperation([logProbabilities(seed: 19)], elements: 20) { tape, v in
            tape.negativeLogLikelihood(v[0], labels: labels, classWeights: weights, smoothing: 0.2)
        } reference: { v in
            var (sum, smooth, total) = (0.0, 0.0, 0.0)
            for (row, label) in labels.enumerated() where label >= 0 {
                let weight = Double(weights?[Int(label)] ?? 1)
                sum -= weight * v[0][row, Int(label)]
                for column in 0..<4 { smooth -= Double(weights?[column] ?? 1) * v[0][row, column] }
                total += weight
            }
            return scalar((0.8 * sum + 0.2 / 4 * smooth) / total)
        }
    }

    /// Minibatches that are divided by what all of them weigh add up to the loss of all of them.
    @Test func partsOfALossAddUp() throws {
        let x = logProbabilities(seed: 20).tensor
        let labels = Self.labels[0]
        let losses: [((Tape, Variable, [Int32], Double?) -> Variable, Double)] = [
            (
                { $0.negativeLogLikelihood($1, labels: $2, classWeights: Self.weights, over: $3) },
                11.5 + 3.25 + 6.9 + 0.5 + 0.5
            ),
            ({ $0.focalLoss($1, labels: $2, over: $3) }, 5), ({ $0.releasedFocalLoss($1, labels: $2, over: $3) }, 20),
        ]
        for (loss, weight) in losses {
            func value(_ rows: Range<Int>, _ total: Double?) -> Double {
                let tape = Tape(mode: .evaluation, recording: false)
                let part = Tensor(
                    rows: rows.count, columns: 4, Array(x.array[rows.lowerBound * 4..<rows.upperBound * 4]))
                return Double(loss(tape, .constant(part), Array(labels[rows]), total).value[0, 0])
            }
            let whole = value(0..<5, nil)
            #expect(abs(value(0..<2, weight) + value(2..<5, weight) - whole) < 1e-5 * abs(whole))
        }
    }

    @Test(arguments: labels, [2.5, 1, 3])
    func releasedFocalLoss(labels: [Int32], gamma: Double) {
        checkOperation([logProbabilities(seed: 16)], elements: 20) { tape, v in
            tape.releasedFocalLoss(v[0], labels: labels, gamma: gamma)
        } reference: { v in
            var sum = 0.0
            var count = 0.0
            for (row, label) in labels.enumerated() where label >= 0 {
                for column in 0..<4 {
                    let logp = v[0][row, column]
                    let target = column == Int(label) ? logp : 0
                    sum -= pow(1 - target, gamma) * logp
                    count += 1
                }
            }
            return scalar(sum / count)
        }
    }

    @Test(arguments: labels, [2, 0.5, 0])
    func focalLoss(labels: [Int32], gamma: Double) {
        for weights in [Self.weights, nil] {
            checkOperation([logProbabilities(seed: 17)], elements: 20) { tape, v in
                tape.focalLoss(v[0], labels: labels, gamma: gamma, classWeights: weights)
            } reference: { v in
                var sum = 0.0
                var count = 0.0
                for (row, label) in labels.enumerated() where label >= 0 {
                    let logp = v[0][row, Int(label)]
                    sum -= Double(weights?[Int(label)] ?? 1) * pow(1 - exp(logp), gamma) * logp
                    count += 1
                }
                return scalar(sum / count)
            }
        }
    }

    /// A batch without any label costs nothing and pulls nowhere.
    @Test func noLabels() throws {
        let x = logProbabilities(seed: 18).tensor
        let none = [Int32](repeating: -1, count: 5)
        let losses: [(Tape, Variable) -> Variable] = [
            { $0.negativeLogLikelihood($1, labels: none) }, { $0.releasedFocalLoss($1, labels: none) },
            { $0.focalLoss($1, labels: none) },
        ]
        for loss in losses {
            let tape = Tape(mode: .evaluation)
            let input = Variable(x)
            let value = loss(tape, input)
            #expect(value.value[0, 0] == 0)
            tape.backward(from: value)
            #expect(try #require(input.gradient).values.allSatisfy { $0 == 0 })
        }
    }

    /// A probability of exactly 1 has no focal loss and a finite slope.
    @Test func certainty() throws {
        let tape = Tape(mode: .evaluation)
        let x = Variable(Tensor(rows: 1, columns: 2, [0, -100]))
        let loss = tape.focalLoss(x, labels: [0])
        tape.backward(from: loss)
        #expect(loss.value[0, 0] == 0)
        #expect(try #require(x.gradient).values.allSatisfy { $0.isFinite })
    }
}
