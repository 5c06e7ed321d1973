import Configuration
import ConversationModels
import Models
import Testing

/// What the authors' public code calls our parameters: published checkpoints are read and written by these names.
@Suite struct PublishedNamesTests {
    private static func names(_ change: (inout Settings<VUEMOKeys>) -> Void = { _ in }) -> (
        (String) -> PublishedParameter?
    )? {
        var settings = Settings<VUEMOKeys>()
        change(&settings)
        return VUEMOModel.definition.published(settings.erased)
    }

    @Test(arguments: [
        ("audio.weight", "linear_a.weight"), ("visual.bias", "linear_v.bias"), ("text.weight", "linear_l.weight"),
        ("context.weight_ih_l1_reverse", "gru_l.weight_ih_l1_reverse"),
        ("speaker.weight", "emotion_modality.speaker_embeddings.weight"),
        ("vue.project.bias", "emotion_modality.fc1.bias"), ("vue.gates.3.weight", "emotion_modality.conv4.gate.weight"),
        ("vue.fuse.weight", "emotion_modality.fc2.weight"), ("gai.norm.weight", "Global.memory_net.ln.weight"),
        ("gai.expand.bias", "Global.memory_net.feature_enhancer.0.bias"),
        ("gai.shrink.bias", "Global.memory_net.feature_enhancer.2.bias"),
        ("gai.gate.weight", "Global.gated_residual.gate.0.weight"), ("lgl.project.weight", "EA_fusion.fc1.weight"),
        ("lgl.biases.7", "EA_fusion.hyperconv8.bias"), ("classify.bias", "smax_fc.bias"),
        ("text_norms.1.running_var", "normBNb.running_var"),
    ]) func names(own: String, published: String) {
        #expect(Self.names()?(own) == PublishedParameter(published))
    }

    @Test func shapesThatDiffer() {
        let names = Self.names()
        #expect(names?("gai.expand.weight")?.shape(of: [1024, 512]) == [1024, 512, 1])
        #expect(names?("gai.shrink.weight")?.shape(of: [512, 1024]) == [512, 1024, 1])
        #expect(names?("lgl.hyperedge_weight")?.shape(of: [77]) == [10_000])
        #expect(names?("lgl.node_weight") == PublishedParameter("EA_fusion.EW_weight", length: 20_000))
    }

    @Test func everyParameterHasANameOfItsOwn() throws {
        for norm in [TextNorm.batch, .layer] {
            var configuration = VUEMOConfiguration(
                DatasetShape(
                    textWidth: 6, textLayers: 4, audioWidth: 5, visualWidth: 3, classes: 3, speakers: 2,
                    largestBatch: BatchShape(dialogues: 1, utterances: 2)))
            (configuration.hiddenSize, configuration.textNorm) = (4, norm)
            let model = VUEMOModel(configuration, seed: 1)
            let names = try #require(Self.names { $0.textNorm = norm })
            let all = (model.parameters.entries + model.parameters.buffers).map(\.name)
            let published = all.compactMap { names($0)?.name }
            #expect(published.count == all.count && Set(published).count == all.count)
            #expect(published.contains(norm == .batch ? "normBNd.running_mean" : "normLNd.weight"))
        }
    }

    @Test func theCorrectedVariantIsNotPublished() {
        let isThere = Self.names { $0.variant = .corrected } != nil
        #expect(!isThere)
        #expect(Self.names()?("text_norms.4.weight") == nil && Self.names()?("gai.temporal.l.norm1.weight") == nil)
    }

    @Test func shapesTellSettings() {
        var shapes = [
            "EA_fusion.fc1.weight": [512, 512], "emotion_modality.fc2.weight": [512, 1536],
            "gru_l.weight_ih_l0": [768, 512],
        ]
        for k in 1...4 { shapes["emotion_modality.conv\(k).gate.weight"] = [1, 1024] }
        for l in 1...8 { shapes["EA_fusion.hyperconv\(l).bias"] = [512] }
        var expected = [
            "hiddenSize": "512", "vueLayers": "4", "hypergraphLayers": "8", "modalities": "avl", "projectText": "true",
        ]
        #expect(VUEMOModel.definition.publishedSettings(shapes, 1024) == expected)
        shapes["gru_l.weight_ih_l0"] = [768, 1024]
        shapes["emotion_modality.fc2.weight"] = [512, 1024]
        expected["projectText"] = "false"
        expected["modalities"] = nil
        #expect(VUEMOModel.definition.publishedSettings(shapes, 1024) == expected)
        // A text as wide as the model enters the GRU alike, projected or not.
        expected["projectText"] = nil
        #expect(VUEMOModel.definition.publishedSettings(shapes, 512) == expected)
        #expect(VUEMOModel.definition.publishedSettings([:], 512).isEmpty)
    }
}
