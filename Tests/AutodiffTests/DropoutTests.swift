import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct DropoutTests {
    private static let mode = Tape.Mode.training(seed: 7, step: 3)

    /// What the first mask of a pass multiplies by.
    private func mask(_ mode: Tape.Mode, rows: Int, columns: Int, probability: Float) -> Grid {
        let ones = Variable.constant(Tensor(rows: rows, columns: columns, repeating: 1))
        return Grid(Tape(mode: mode, recording: false).dropout(ones, probability: probability).value)
    }

    @Test(arguments: [0.1, 0.5, 0.9] as [Float])
    func shareAndScale(probability: Float) {
        let mask = mask(Self.mode, rows: 400, columns: 500, probability: probability)
        let scale = Double(1 / (1 - probability))
        let kept = mask.values.count { $0 != 0 }
        #expect(mask.values.allSatisfy { $0 == 0 || abs($0 - scale) < 1e-6 * scale })
        // Five standard deviations of a binomial share.
        let p = Double(probability)
        let deviation = (p * (1 - p) / 200_000).squareRoot()
        #expect(abs(Double(kept) / 200_000 - (1 - p)) < 5 * deviation)
        // Every row and every column on its own, too: no stripes.
        for row in 0..<400 {
            #expect(abs((0..<500).reduce(0) { $0 + mask[row, $1] } / 500 - 1) < 6 * deviation * 20 * scale)
        }
        for c in 0..<500 {
            #expect(abs((0..<400).reduce(0) { $0 + mask[$1, c] } / 400 - 1) < 6 * deviation * 22.4 * scale)
        }
    }

    @Test(arguments: [0.3, 0.5] as [Float])
    func maskIsTheSameForwardAndBackward(probability: Float) {
        var generator = SplitMix64(seed: 23)
        let mask = mask(Self.mode, rows: 9, columns: 7, probability: probability)
        let inputs = [Grid.random(9, 7, using: &generator), .random(9, 7, using: &generator)]
        func masked(_ x: Grid) -> Grid {
            var y = x
            for index in y.values.indices { y.values[index] *= mask.values[index] }
            return y
        }
        checkOperation([inputs[0]], mode: Self.mode, elements: 63) { tape, v in
            tape.dropout(v[0], probability: probability)
        } reference: { v in
            masked(v[0])
        }
        checkOperation([inputs[0]], mode: Self.mode, elements: 63) { tape, v in
            tape.dropoutReLU(v[0], probability: probability)
        } reference: { v in
            var y = masked(v[0])
            y.values = y.values.map { max(0, $0) }
            return y
        }
        checkOperation(inputs, mode: Self.mode, elements: 63) { tape, v in
            tape.addDropout(v[0], v[1], probability: probability)
        } reference: { v in
            var y = masked(v[1])
            for index in y.values.indices { y.values[index] += v[0].values[index] }
            return y
        }
    }

    @Test func residualAndBranchAreOneVariable() {
        var generator = SplitMix64(seed: 24)
        let mask = mask(Self.mode, rows: 3, columns: 4, probability: 0.5)
        checkOperation([Grid.random(3, 4, using: &generator)], mode: Self.mode, elements: 12) { tape, v in
            tape.addDropout(v[0], v[0], probability: 0.5)
        } reference: { v in
            var y = v[0]
            for index in y.values.indices { y.values[index] *= 1 + mask.values[index] }
            return y
        }
    }

    /// The index of an element does not start anew in the parts of a large tensor that different threads compute.
    @Test func largeTensors() throws {
        let rows = 3
        let columns = 1 << 15
        let ones = Tensor(rows: rows, columns: columns, repeating: 1)
        let zeros = Variable.constant(Tensor(rows: rows, columns: columns, repeating: 0))
        let operations: [(Tape, Variable) -> Variable] = [
            { $0.dropout($1, probability: 0.5) }, { $0.dropoutReLU($1, probability: 0.5) },
            { $0.addDropout(zeros, $1, probability: 0.5) },
        ]
        var masks: [[Float]] = []
        for operation in operations {
            for threads in [1, 3] {
                try withThreads(threads) {
                    let x = Variable(ones)
                    let tape = Tape(mode: Self.mode)
                    let y = operation(tape, x)
                    let flat = tape.reshape(y, rows: 1, columns: rows * columns)
                    tape.backward(
                        from: tape.linear(flat, weight: .constant(ones.reshaped(rows: 1, columns: rows * columns))))
                    masks += [y.value.array, try #require(x.gradient).array]
                }
            }
        }
        #expect(masks.dropFirst().allSatisfy { $0 == masks[0] })
        #expect(masks[0].prefix(columns) != masks[0].dropFirst(columns).prefix(columns))
    }

    @Test func masksAreAFunctionOfSeedStepAndPlace() {
        let first = mask(.training(seed: 7, step: 3), rows: 20, columns: 20, probability: 0.5).values
        #expect(first == mask(.training(seed: 7, step: 3), rows: 20, columns: 20, probability: 0.5).values)
        #expect(first != mask(.training(seed: 7, step: 4), rows: 20, columns: 20, probability: 0.5).values)
        #expect(first != mask(.training(seed: 8, step: 3), rows: 20, columns: 20, probability: 0.5).values)
        let tape = Tape(mode: .training(seed: 7, step: 3))
        let ones = Variable.constant(Tensor(rows: 20, columns: 20, repeating: 1))
        let second = (tape.dropout(ones, probability: 0.5), tape.dropout(ones, probability: 0.5))
        #expect(second.0.value.array.map(Double.init) == first)
        #expect(second.0.value.array != second.1.value.array)
    }

    /// Masks of neighbouring steps agree by chance only.
    @Test func stepsAreUnrelated() {
        let masks = (0..<6).map { mask(.training(seed: 7, step: $0), rows: 100, columns: 100, probability: 0.5).values }
        for (a, b) in zip(masks, masks.dropFirst()) {
            let same = zip(a, b).count { $0 == $1 }
            #expect(abs(same - 5000) < 250)
        }
    }

    @Test(arguments: [(Tape.Mode.evaluation, 0.5), (DropoutTests.mode, 0)] as [(Tape.Mode, Float)])
    func identity(mode: Tape.Mode, probability: Float) {
        var generator = SplitMix64(seed: 25)
        let inputs = [Grid.random(3, 5, using: &generator), .random(3, 5, using: &generator)]
        checkOperation([inputs[0]], mode: mode) { tape, v in
            tape.dropout(v[0], probability: probability)
        } reference: {
            $0[0]
        }
        checkOperation([inputs[0]], mode: mode) { tape, v in
            tape.dropoutReLU(v[0], probability: probability)
        } reference: { v in
            var y = v[0]
            y.values = y.values.map { max(0, $0) }
            return y
        }
        checkOperation(inputs, mode: mode) { tape, v in
            tape.addDropout(v[0], v[1], probability: probability)
        } reference: { v in
            var y = v[0]
            for index in y.values.indices { y.values[index] += v[1].values[index] }
            return y
        }
    }
}
