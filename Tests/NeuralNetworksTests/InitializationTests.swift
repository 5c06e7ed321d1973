import NeuralNetworks
import Tensors
import Testing

/// First parameters, drawn as PyTorch draws them.
@Suite struct InitializationTests {
    private func parameters(_ declare: (ParameterScope) -> Void) -> [String: Parameter] {
        let store = ParameterStore.build(seed: 11) { declare($0) }.store
        return Dictionary(uniqueKeysWithValues: (store.entries + store.buffers).map { ($0.name, $0) })
    }

    /// Uniform in ±bound: inside it, near its ends, mean 0, variance bound²/3.
    private func expectUniform(
        _ parameter: Parameter?, bound: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let values = try #require(parameter, sourceLocation: sourceLocation).value.values.map(Double.init)
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + $1 * $1 } / n
        #expect(values.allSatisfy { abs($0) <= bound * (1 + 1e-6) }, sourceLocation: sourceLocation)
        #expect(values.contains { abs($0) > bound * (1 - 10 / n) }, sourceLocation: sourceLocation)
        #expect(abs(mean) < 5 * bound / (3 * n).squareRoot(), sourceLocation: sourceLocation)
        // The variance of x² is bound⁴ · 4/45.
        #expect(
            abs(variance / (bound * bound) - 1.0 / 3) < 5 * (4 / 45 / n).squareRoot(), sourceLocation: sourceLocation)
    }

    private func expectConstant(
        _ parameter: Parameter?, _ value: Float, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(parameter?.value.values.allSatisfy { $0 == value } ?? false, sourceLocation: sourceLocation)
    }

    @Test func linear() throws {
        let p = parameters { _ = Linear($0, inputs: 49, outputs: 200) }
        #expect(p["weight"]?.shape == [200, 49] && p["bias"]?.shape == [200] && p.count == 2)
        try expectUniform(p["weight"], bound: 1 / 7)
        try expectUniform(p["bias"], bound: 1 / 7)
    }

    @Test func gru() throws {
        let p = parameters { _ = BidirectionalGRU($0, inputs: 30, hidden: 25, layers: 2) }
        #expect(p.count == 16)
        for (layer, width) in [(0, 30), (1, 50)] {
            for suffix in ["", "_reverse"] {
                let name = "l\(layer)\(suffix)"
                #expect(p["weight_ih_\(name)"]?.shape == [75, width] && p["weight_hh_\(name)"]?.shape == [75, 25])
                #expect(p["bias_ih_\(name)"]?.shape == [75] && p["bias_hh_\(name)"]?.shape == [75])
                for array in ["weight_ih_", "weight_hh_", "bias_ih_", "bias_hh_"] {
                    try expectUniform(p[array + name], bound: 0.2)
                }
            }
        }
    }

    @Test func embedding() throws {
        let p = parameters { _ = Embedding($0, entries: 50, width: 200) }
        let values = try #require(p["weight"]).value.values.map(Double.init)
        #expect(p["weight"]?.shape == [50, 200] && p.count == 1)
        #expect(abs(values.reduce(0, +) / 10_000) < 0.05)
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 10_000 - 1) < 0.075)
        #expect(values.contains { abs($0) > 3 })
    }

    @Test func norms() {
        let layer = parameters { _ = LayerNorm($0, width: 6) }
        #expect(layer.count == 2)
        expectConstant(layer["weight"], 1)
        expectConstant(layer["bias"], 0)
        let batch = parameters { _ = BatchNorm($0, width: 6) }
        #expect(batch.count == 5 && batch["num_batches_tracked"]?.shape == [] && batch["running_var"]?.shape == [6])
        expectConstant(batch["weight"], 1)
        expectConstant(batch["bias"], 0)
        expectConstant(batch["running_mean"], 0)
        expectConstant(batch["running_var"], 1)
        expectConstant(batch["num_batches_tracked"], 0)
    }

    @Test func transformer() throws {
        let h = 36
        let p = parameters { _ = TransformerEncoderLayer($0, hidden: h, feedForward: 64) }
        #expect(p.count == 12)
        #expect(p["self_attn.in_proj_weight"]?.shape == [3 * h, h] && p["self_attn.out_proj.weight"]?.shape == [h, h])
        #expect(p["linear1.weight"]?.shape == [64, h] && p["linear2.weight"]?.shape == [h, 64])
        try expectUniform(p["self_attn.in_proj_weight"], bound: (6 / Double(4 * h)).squareRoot())
        expectConstant(p["self_attn.in_proj_bias"], 0)
        try expectUniform(p["self_attn.out_proj.weight"], bound: 1.0 / 6)
        expectConstant(p["self_attn.out_proj.bias"], 0)
        try expectUniform(p["linear1.weight"], bound: 1.0 / 6)
        try expectUniform(p["linear1.bias"], bound: 1.0 / 6)
        try expectUniform(p["linear2.weight"], bound: 1.0 / 8)
        try expectUniform(p["linear2.bias"], bound: 1.0 / 8)
        for norm in ["norm1", "norm2"] {
            expectConstant(p["\(norm).weight"], 1)
            expectConstant(p["\(norm).bias"], 0)
        }
    }

    /// Two layers of one shape start differently.
    @Test func layersDiffer() throws {
        let p = parameters { for layer in 0..<2 { _ = Linear($0.scope(layer), inputs: 5, outputs: 5) } }
        #expect(try #require(p["0.weight"]).value.array != #require(p["1.weight"]).value.array)
    }
}
