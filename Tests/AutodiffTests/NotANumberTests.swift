import Autodiff
import Tensors
import Testing

/// What is NaN stays NaN, forwards and backwards, as in PyTorch: a ReLU that made 0 of it would hide it from the loss.
@Suite struct NotANumberTests {
    /// 19 numbers, so that whole vectors and the rest behind them are reached; NaN at `place`.
    private func values(nanAt place: Int) -> [Float] {
        (0..<19).map { $0 == place ? .nan : Float($0) - 9 }
    }

    @Test(arguments: [0, 5, 18], [true, false]) func reluOfALinearLayer(place: Int, withBias: Bool) throws {
        let tape = Tape(mode: .training(seed: 1, step: 1))
        let x = Variable(Tensor(rows: 1, columns: 1, [1]))
        let weight = Variable(Tensor(rows: 19, columns: 1, values(nanAt: place)))
        let bias = withBias ? Variable(Tensor(rows: 1, columns: 19, repeating: 0)) : nil
        let y = tape.linear(x, weight: weight, bias: bias, relu: true)
        for (index, value) in y.value.array.enumerated() {
            #expect(index == place ? value.isNaN : value == max(0, Float(index) - 9), "\(index): \(value)")
        }
        let loss = tape.linear(y, weight: Variable(Tensor(rows: 1, columns: 19, repeating: 1)))
        #expect(loss.value[0, 0].isNaN)
        tape.backward(from: loss)
        let gradient = try #require(weight.gradient).array
        for (index, value) in gradient.enumerated() { #expect(value == (index == place || index > 9 ? 1 : 0)) }
    }

    @Test(arguments: [0, 5, 18], [0, 0.5] as [Float]) func reluOverDropout(place: Int, probability: Float) throws {
        let tape = Tape(mode: .training(seed: 1, step: 1))
        let x = Variable(Tensor(rows: 1, columns: 19, values(nanAt: place)))
        let y = tape.dropoutReLU(x, probability: probability)
        #expect(y.value[0, place].isNaN)
        #expect(y.value.array.enumerated().allSatisfy { $0 == place || $1 >= 0 })
    }
}
