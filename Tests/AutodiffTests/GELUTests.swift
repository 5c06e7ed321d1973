import Autodiff
import Foundation
import Tensors
import Testing

@Suite struct GELUTests {
    @Test func exactGELU() {
        var generator = SplitMix64(seed: 3)
        checkOperation([Grid.random(6, 8, scale: 4, using: &generator)], elements: 48) { tape, v in
            tape.gelu(v[0])
        } reference: { v in
            var y = v[0]
            y.values = y.values.map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
            return y
        }
    }

    /// Large enough to be split over threads.
    @Test func everyPartOfALargeTensor() {
        let count = 3 << 15
        let x = Tensor(rows: 3, columns: count / 3, (0..<count).lazy.map { Float($0) / Float(count) * 8 - 4 })
        let y = Tape(mode: .evaluation, recording: false).gelu(.constant(x)).value
        for index in stride(from: 0, to: count, by: 997) {
            let z = Double(x.values[index])
            #expect(abs(Double(y.values[index]) - 0.5 * z * (1 + erf(z / 2.0.squareRoot()))) < 1e-6)
        }
    }
}
