import Autodiff
import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite struct BidirectionalGRUTests {
    /// One direction over one dialogue, step by step in double: PyTorch's equations.
    private func run(_ steps: [[Double]], _ p: [String: Parameter], _ name: String, hidden h: Int) -> [[Double]] {
        func array(_ kind: String) -> [Double] { p["\(kind)_\(name)"]!.value.values.map(Double.init) }
        let (wi, wh, bi, bh) = (array("weight_ih"), array("weight_hh"), array("bias_ih"), array("bias_hh"))
        func affine(_ w: [Double], _ b: [Double], _ x: [Double], _ row: Int) -> Double {
            (0..<x.count).reduce(b[row]) { $0 + w[row * x.count + $1] * x[$1] }
        }
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        var state = [Double](repeating: 0, count: h)
        return steps.map { x in
            let old = state
            for k in 0..<h {
                let r = sigmoid(affine(wi, bi, x, k) + affine(wh, bh, old, k))
                let z = sigmoid(affine(wi, bi, x, h + k) + affine(wh, bh, old, h + k))
                let n = tanh(affine(wi, bi, x, 2 * h + k) + r * affine(wh, bh, old, 2 * h + k))
                state[k] = (1 - z) * n + z * old[k]
            }
            return state
        }
    }

    /// Two layers over two dialogues equal two directions by hand, layer after layer, each dialogue alone.
    @Test func twoDirectionsByHand() {
        let (width, h, lengths) = (5, 3, [4, 2])
        let (gru, store) = ParameterStore.build(seed: 21) { BidirectionalGRU($0, inputs: width, hidden: h, layers: 2) }
        let p = Dictionary(uniqueKeysWithValues: store.entries.map { ($0.name, $0) })
        var generator = SplitMix64(seed: 22)
        let x = Tensor(rows: 6, columns: width, (0..<6 * width).map { _ in generator.normal() })
        let layout = SequenceLayout(packing: lengths)
        let tape = Tape(mode: .evaluation, recording: false)
        let y = tape.gatherRows(
            gru(.constant(x), layout: layout, inputRow: layout.source, dropout: 0.5, on: tape), layout.rowOfUtterance
        ).value
        #expect(y.rows == 6 && y.columns == 2 * h)
        var first = 0
        for length in lengths {
            var steps = (first..<first + length).map { row in (0..<width).map { Double(x[row, $0]) } }
            for layer in 0..<2 {
                let forward = run(steps, p, "l\(layer)", hidden: h)
                let backward = Array(run(steps.reversed(), p, "l\(layer)_reverse", hidden: h).reversed())
                steps = zip(forward, backward).map { $0 + $1 }
            }
            for (step, expected) in steps.enumerated() {
                for (c, value) in expected.enumerated() { #expect(abs(Double(y[first + step, c]) - value) < 1e-6) }
            }
            first += length
        }
    }

    /// Dropout lies between the layers: none for one layer, another result for two.
    @Test(arguments: [1, 2])
    func dropoutBetweenLayers(layers: Int) {
        let (gru, _) = ParameterStore.build(seed: 23) { BidirectionalGRU($0, inputs: 4, hidden: 3, layers: layers) }
        let x = Variable.constant(Tensor(rows: 5, columns: 4, repeating: 0.5))
        let layout = SequenceLayout(packing: [5])
        func run(_ mode: Tape.Mode) -> [Float] {
            gru(x, layout: layout, inputRow: layout.source, dropout: 0.5, on: Tape(mode: mode)).value.array
        }
        #expect((run(.training(seed: 1, step: 1)) == run(.evaluation)) == (layers == 1))
    }

    @Test func everyParameterHasAnEffect() throws {
        let (gru, store) = ParameterStore.build(seed: 24) { BidirectionalGRU($0, inputs: 4, hidden: 3, layers: 2) }
        let x = Variable.constant(Tensor(rows: 5, columns: 4, repeating: 0.5))
        let layout = SequenceLayout(packing: [3, 2])
        let tape = Tape(mode: .evaluation)
        let y = gru(x, layout: layout, inputRow: layout.source, dropout: 0, on: tape)
        let ones = Tensor(rows: 1, columns: y.value.count, repeating: 1)
        tape.backward(from: tape.linear(tape.reshape(y, rows: 1, columns: y.value.count), weight: .constant(ones)))
        for entry in store.entries {
            #expect(try #require(entry.variable.gradient).values.contains { $0 != 0 }, "\(entry.name)")
        }
    }
}
