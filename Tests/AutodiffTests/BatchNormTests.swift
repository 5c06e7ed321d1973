import Autodiff
import Tensors
import Testing

@Suite struct BatchNormTests {
    private static let training = Tape.Mode.training(seed: 1, step: 1)

    private func statistics(mean: [Float], variance: [Float], batches: Float = 0) -> RunningStatistics {
        RunningStatistics(
            mean: Tensor(rows: 1, columns: mean.count, mean),
            variance: Tensor(rows: 1, columns: variance.count, variance),
            batches: Tensor(rows: 1, columns: 1, [batches]))
    }

    /// Mean and variance (over n) of every column of x and `padding` rows of zeros.
    private func moments(_ x: Grid, padding: Int) -> (mean: [Double], variance: [Double]) {
        let count = Double(x.rows + padding)
        var means: [Double] = []
        var variances: [Double] = []
        for c in 0..<x.columns {
            let column = (0..<x.rows).map { x[$0, c] } + [Double](repeating: 0, count: padding)
            let mean = column.reduce(0, +) / count
            means.append(mean)
            variances.append(column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count)
        }
        return (means, variances)
    }

    private func normalized(_ v: [Grid], mean: [Double], variance: [Double], padding: Int) -> Grid {
        var y = Grid(rows: v[0].rows + (padding > 0 ? 1 : 0), columns: v[0].columns)
        for row in 0..<y.rows {
            for c in 0..<y.columns {
                let x = row < v[0].rows ? v[0][row, c] : 0
                y[row, c] = (x - mean[c]) / (variance[c] + 1e-5).squareRoot() * v[1].values[c] + v[2].values[c]
            }
        }
        return y
    }

    @Test(arguments: [0, 1, 7], [1, 9])
    func batchStatistics(padding: Int, rows: Int) {
        var generator = SplitMix64(seed: 20)
        var x = Grid.random(rows, 5, scale: 2, using: &generator)
        for index in x.values.indices { x.values[index] += 0.5 }
        let inputs = [x, Grid.random(1, 5, using: &generator), .random(1, 5, using: &generator)]
        checkOperation(inputs, data: [0], mode: Self.training) { tape, v in
            tape.batchNorm(
                v[0], weight: v[1], bias: v[2],
                statistics: statistics(
                    mean: [Float](repeating: 0, count: 5), variance: [Float](repeating: 1, count: 5)),
                paddingRows: padding)
        } reference: { v in
            let (mean, variance) = moments(v[0], padding: padding)
            return normalized(v, mean: mean, variance: variance, padding: padding)
        }
    }

    @Test(arguments: [0, 4])
    func runningStatisticsInEvaluation(padding: Int) {
        var generator = SplitMix64(seed: 21)
        let inputs = [
            Grid.random(6, 3, using: &generator), .random(1, 3, using: &generator), .random(1, 3, using: &generator),
        ]
        let mean: [Float] = [0.5, -1, 0]
        let variance: [Float] = [2, 0.25, 0]
        let running = statistics(mean: mean, variance: variance)
        checkOperation(inputs, data: [0]) { tape, v in
            tape.batchNorm(v[0], weight: v[1], bias: v[2], statistics: running, paddingRows: padding)
        } reference: { v in
            normalized(v, mean: mean.map(Double.init), variance: variance.map(Double.init), padding: padding)
        }
        #expect(running.mean.array == mean && running.variance.array == variance && running.batches[0, 0] == 0)
    }

    /// PyTorch's update: a tenth of the batch's mean and unbiased variance, padding counted.
    @Test(arguments: [0, 5])
    func runningStatisticsAfterABatch(padding: Int) {
        var generator = SplitMix64(seed: 22)
        let x = Grid.random(6, 3, using: &generator)
        let old: (mean: [Float], variance: [Float]) = ([0.5, -1, 0], [2, 0.25, 1])
        let running = statistics(mean: old.mean, variance: old.variance, batches: 41)
        let one = Variable.constant(Tensor(rows: 1, columns: 3, repeating: 1))
        _ = Tape(mode: Self.training).batchNorm(
            .constant(x.tensor), weight: one, bias: one, statistics: running, paddingRows: padding)
        let (mean, variance) = moments(x, padding: padding)
        let count = Double(6 + padding)
        for c in 0..<3 {
            #expect(abs(Double(running.mean[0, c]) - (0.9 * Double(old.mean[c]) + 0.1 * mean[c])) < 1e-6)
            let unbiased = variance[c] * count / (count - 1)
            #expect(abs(Double(running.variance[0, c]) - (0.9 * Double(old.variance[c]) + 0.1 * unbiased)) < 1e-6)
        }
        #expect(running.batches[0, 0] == 42)
    }

    /// A mean far from 0 does not cost the variance its digits.
    /// PyTorch refuses a batch of one row; here it has nothing to say about the variance, so the statistics stay.
    @Test func oneRowLeavesTheStatistics() {
        let statistics = statistics(mean: [1, 2], variance: [3, 4], batches: 5)
        let tape = Tape(mode: Self.training)
        func row(_ values: [Float]) -> Variable { Variable(Tensor(rows: 1, columns: 2, values)) }
        let x = Variable(Tensor(rows: 1, columns: 2, [7, -9]), requiresGradient: false)
        let y = tape.batchNorm(x, weight: row([2, 3]), bias: row([0.5, -0.5]), statistics: statistics)
        #expect(y.value.array == [0.5, -0.5])
        #expect(statistics.mean.array == [1, 2] && statistics.variance.array == [3, 4])
        #expect(statistics.batches.array == [5])
    }

    @Test func farFromZero() {
        let x = Tensor(rows: 4, columns: 1, [10_000, 10_001, 10_002, 10_003])
        let one = Variable.constant(Tensor(rows: 1, columns: 1, repeating: 1))
        let zero = Variable.constant(Tensor(rows: 1, columns: 1, repeating: 0))
        let y = Tape(mode: Self.training).batchNorm(
            .constant(x), weight: one, bias: zero, statistics: statistics(mean: [0], variance: [1]))
        for (value, expected) in zip(y.value.values, [-1.3416354, -0.4472118, 0.4472118, 1.3416354] as [Float]) {
            #expect(abs(value - expected) < 1e-4)
        }
    }
}
