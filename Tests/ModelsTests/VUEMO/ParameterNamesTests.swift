import ConversationModels
import Testing
import Models

/// Names and shapes of the full configuration for IEMOCAP: those of the reference, which a checkpoint and the import of published
/// parameters depend on.
@Suite struct ParameterNamesTests {
    private static func configuration(_ norm: TextNorm) -> VUEMOConfiguration {
        var c = VUEMOConfiguration(
            DatasetShape(
                textWidth: 1024, textLayers: 4, audioWidth: 1582, visualWidth: 342, classes: 6, speakers: 2,
                largestBatch: BatchShape(dialogues: 0, utterances: 0)))
        // The public code's numbers of positional weights.
        c.maximumHyperedges = 10_000
        c.maximumNodes = 20_000
        c.textNorm = norm
        return c
    }

    /// Trainable arrays of the released variant without the text norms.
    private static let expected: [String: [Int]] = {
        var shapes: [String: [Int]] = [
            "audio.weight": [512, 1582], "audio.bias": [512], "visual.weight": [512, 342], "visual.bias": [512],
            "text.weight": [512, 1024], "text.bias": [512], "speaker.weight": [2, 512],
            "vue.project.weight": [512, 512], "vue.project.bias": [512], "vue.fuse.weight": [512, 1536],
            "vue.fuse.bias": [512],
            "gai.expand.weight": [1024, 512], "gai.expand.bias": [1024], "gai.shrink.weight": [512, 1024],
            "gai.shrink.bias": [512],
            "gai.norm.weight": [512], "gai.norm.bias": [512], "gai.gate.weight": [512, 1024], "gai.gate.bias": [512],
            "lgl.project.weight": [512, 512], "lgl.project.bias": [512], "lgl.hyperedge_weight": [10_000],
            "lgl.node_weight": [20_000], "classify.weight": [6, 2048], "classify.bias": [6],
        ]
        for layer in ["l0", "l0_reverse", "l1", "l1_reverse"] {
            shapes["context.weight_ih_\(layer)"] = [768, 512]
            shapes["context.weight_hh_\(layer)"] = [768, 256]
            shapes["context.bias_ih_\(layer)"] = [768]
            shapes["context.bias_hh_\(layer)"] = [768]
        }
        for k in 0..<4 {
            shapes["vue.gates.\(k).weight"] = [1, 1024]
            shapes["vue.gates.\(k).bias"] = [1]
        }
        for l in 0..<8 { shapes["lgl.biases.\(l)"] = [512] }
        return shapes
    }()

    private static let norms: [String: [Int]] = {
        var shapes: [String: [Int]] = [:]
        for layer in 0..<4 {
            shapes["text_norms.\(layer).weight"] = [1024]
            shapes["text_norms.\(layer).bias"] = [1024]
        }
        return shapes
    }()

    @Test(arguments: TextNorm.allCases)
    func namesAndShapes(norm: TextNorm) {
        let parameters = VUEMOModel(Self.configuration(norm), seed: 1).parameters
        let shapes = Dictionary(uniqueKeysWithValues: parameters.entries.map { ($0.name, $0.shape) })
        #expect(
            shapes
                == ([.none, .dialogue].contains(norm) ? Self.expected : Self.expected.merging(Self.norms) { a, _ in a })
        )
        var buffers: [String: [Int]] = [:]
        for layer in 0..<4 where norm == .batch {
            buffers["text_norms.\(layer).running_mean"] = [1024]
            buffers["text_norms.\(layer).running_var"] = [1024]
            buffers["text_norms.\(layer).num_batches_tracked"] = []
        }
        #expect(Dictionary(uniqueKeysWithValues: parameters.buffers.map { ($0.name, $0.shape) }) == buffers)
    }

    /// The number published for the public code's parameters that take part: 30,000 of them are the positional weights, in use or not.
    @Test func numberOfParameters() {
        let model = VUEMOModel(Self.configuration(.batch), seed: 1)
        #expect(model.configuration.maximumHyperedges + model.configuration.maximumNodes == 30_000)
        #expect(model.parameters.parameterCount == 6_824_250)
    }

    /// Audio and visual through encoders of their own; without any encoder there are no parameters of one.
    @Test func encoders() {
        var c = Self.configuration(.batch)
        c.encodeAudioVisual = true
        let names = VUEMOModel(c, seed: 1).parameters.entries.map(\.name)
        for scope in ["context", "audio_context", "visual_context"] {
            #expect(names.count { $0.hasPrefix("\(scope).") } == 16, "\(scope)")
        }
        c.encodeAudioVisual = false
        c.encoder = .none
        #expect(!VUEMOModel(c, seed: 1).parameters.entries.contains { $0.name.contains("context") })
    }

    /// MELD's text enters the GRU at its own width.
    @Test func withoutTextProjection() {
        var c = Self.configuration(.batch)
        c.projectText = false
        let entries = VUEMOModel(c, seed: 1).parameters.entries
        #expect(!entries.contains { $0.name.hasPrefix("text.") })
        #expect(entries.first { $0.name == "context.weight_ih_l0" }?.shape == [768, 1024])
        #expect(entries.first { $0.name == "context.weight_ih_l1" }?.shape == [768, 512])
    }
}
