import Autodiff
import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite struct TransformerEncoderLayerTests {
    private static let (h, wide, lengths) = (4, 6, [3, 2])

    private func layer(seed: UInt64 = 31) -> (layer: TransformerEncoderLayer, store: ParameterStore) {
        let (layer, store) = ParameterStore.build(seed: seed) {
            TransformerEncoderLayer($0, hidden: Self.h, feedForward: Self.wide)
        }
        // Away from the biases' and norms' first values, so that all take part.
        var generator = SplitMix64(seed: seed)
        for index in 0..<store.values.count { store.values.values[index] += 0.3 * generator.normal() }
        return (layer, store)
    }

    private func input(seed: UInt64 = 32) -> Tensor {
        var generator = SplitMix64(seed: seed)
        return Tensor(rows: 5, columns: Self.h, (0..<5 * Self.h).map { _ in generator.normal() })
    }

    private func norm(_ x: [Double], _ w: [Double], _ b: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * w[$0] + b[$0] }
    }

    private func affine(_ x: [Double], _ w: [Double], _ b: [Double]) -> [Double] {
        b.indices.map { row in x.indices.reduce(b[row]) { $0 + w[row * x.count + $1] * x[$1] } }
    }

    /// PyTorch's pre-norm layer, utterance by utterance in double.
    @Test func layerByHand() {
        let (layer, store) = layer()
        let x = input()
        let h = Self.h
        let y = layer(.constant(x), lengths: Self.lengths, dropout: 0.1, on: Tape(mode: .evaluation, recording: false))
            .value
        #expect(y.rows == 5 && y.columns == h)
        var p: [String: [Double]] = [:]
        for entry in store.entries { p[entry.name] = entry.value.values.map(Double.init) }
        var first = 0
        for length in Self.lengths {
            let rows = (first..<first + length).map { row in (0..<h).map { Double(x[row, $0]) } }
            let projected = rows.map {
                affine(
                    norm($0, p["norm1.weight"]!, p["norm1.bias"]!), p["self_attn.in_proj_weight"]!,
                    p["self_attn.in_proj_bias"]!)
            }
            for i in 0..<length {
                let query = projected[i][0..<h]
                let weights = projected.map { key in
                    exp(zip(query, key[h..<2 * h]).reduce(0) { $0 + $1.0 * $1.1 } / Double(h).squareRoot())
                }
                let total = weights.reduce(0, +)
                let mixed = (0..<h).map { c in
                    (0..<length).reduce(0.0) { $0 + weights[$1] / total * projected[$1][2 * h + c] }
                }
                let attended = affine(mixed, p["self_attn.out_proj.weight"]!, p["self_attn.out_proj.bias"]!)
                let middle = zip(rows[i], attended).map { $0 + $1 }
                let expanded = affine(
                    norm(middle, p["norm2.weight"]!, p["norm2.bias"]!), p["linear1.weight"]!, p["linear1.bias"]!
                )
                .map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
                let out = zip(middle, affine(expanded, p["linear2.weight"]!, p["linear2.bias"]!)).map { $0 + $1 }
                for c in 0..<h { #expect(abs(Double(y[first + i, c]) - out[c]) < 1e-5) }
            }
            first += length
        }
    }

    /// Each parameter changes the result, except the key's bias: a softmax does not see a constant added to its row.
    @Test func everyParameterHasItsEffect() throws {
        let (layer, store) = layer()
        let x = input()
        let h = Self.h
        func result() -> [Float] {
            layer(.constant(x), lengths: Self.lengths, dropout: 0, on: Tape(mode: .evaluation, recording: false)).value
                .array
        }
        let before = result()
        for entry in store.entries {
            let old = entry.value.array
            if entry.name == "self_attn.in_proj_bias" {
                for index in h..<2 * h { entry.value.values[index] += 0.5 }
                #expect(zip(result(), before).allSatisfy { abs($0 - $1) < 1e-5 }, "the key's bias")
                _ = entry.value.values.update(fromContentsOf: old)
                for index in 0..<h { entry.value.values[index] += 0.5 }
            } else {
                entry.value.values[0] += 0.5
            }
            #expect(zip(result(), before).contains { abs($0 - $1) > 1e-3 }, "\(entry.name)")
            _ = entry.value.values.update(fromContentsOf: old)
        }
        #expect(result() == before)
    }

    @Test func dialoguesDoNotMeet() {
        let (layer, _) = layer()
        let x = input()
        func result(_ x: Tensor, _ lengths: [Int]) -> [Float] {
            layer(.constant(x), lengths: lengths, dropout: 0, on: Tape(mode: .evaluation, recording: false)).value.array
        }
        let together = result(x, Self.lengths)
        let apart = result(x.rows(0..<3), [3]) + result(x.rows(3..<5), [2])
        #expect(zip(together, apart).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func dropoutActsInTrainingOnly() {
        let (layer, _) = layer()
        let x = input()
        func result(_ mode: Tape.Mode, dropout: Float) -> [Float] {
            layer(.constant(x), lengths: Self.lengths, dropout: dropout, on: Tape(mode: mode, recording: false)).value
                .array
        }
        let plain = result(.evaluation, dropout: 0.5)
        let training = Tape.Mode.training(seed: 1, step: 1)
        #expect(result(training, dropout: 0) == plain)
        #expect(result(training, dropout: 0.5) != plain)
        #expect(result(training, dropout: 0.5) == result(training, dropout: 0.5))
    }
}
