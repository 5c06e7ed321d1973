import ConversationModels
import Testing

@testable import Models

/// What models tell of their weights, of parameters whose numbers are known.
@Suite struct ReadableWeightsTests {
    private func values(_ weights: [ReadableWeights], _ title: String) -> [String: Double]? {
        weights.first { $0.title == title }.map {
            Dictionary(uniqueKeysWithValues: $0.values.map { ($0.name, $0.value) })
        }
    }

    /// A model each of whose parameters of a name holds one number, or one that depends on the column.
    private func model(_ configuration: VUEMOConfiguration, _ numbers: [String: (Int) -> Float]) -> VUEMOModel {
        let model = VUEMOModel(configuration, seed: 1)
        for entry in model.parameters.entries {
            guard let number = numbers[entry.name] else { continue }
            for index in 0..<entry.count { entry.value.values[index] = number(index % entry.value.columns) }
        }
        return model
    }

    @Test func partsOfVUEMO() throws {
        let h = 8
        let model = model(
            SmallModel.configuration(.corrected),
            [
                "text_norms.0.weight": { _ in 2 }, "text_norms.1.weight": { $0 % 2 == 0 ? 1 : -7 },
                "vue.gates.1.weight": { $0 < h ? 3 : -4 }, "vue.gates.1.bias": { _ in -0.5 },
                "vue.fuse.weight": { Float($0 / h + 1) }, "classify.weight": { Float($0 / h) },
                "gai.gate.weight": { $0 < h ? 0 : 6 }, "lgl.hyperedge_weight": { Float($0) / 2 },
                "lgl.node_weight": { Float($0) - 1 },
            ])
        let told = model.readableWeights
        #expect(values(told, "Text layers") == ["layer 1": 2, "layer 2": 5])
        #expect(values(told, "Virtual emotion: weights of the gates")?["2, own"] == 3)
        #expect(values(told, "Virtual emotion: weights of the gates")?["2, neighbour"] == 4)
        #expect(values(told, "Virtual emotion: biases of the gates")?["2"] == -0.5)
        #expect(values(told, "Virtual emotion: its modalities") == ["text": 1, "audio": 2, "visual": 3])
        #expect(values(told, "Global attention: the gate") == ["own features": 0, "own + context": 6])
        #expect(
            values(told, "Classifier: its streams") == ["text": 0, "audio": 1, "visual": 2, "virtual emotion": 3])
        #expect(
            told.first { $0.title == "Hypergraph: weights of hyperedges" }?.values.map(\.name) == [
                "all of text", "all of audio", "all of visual", "all of virtual emotion",
                "text + audio + virtual emotion", "text + visual + virtual emotion", "audio + visual + virtual emotion",
                "audio + virtual emotion", "visual + virtual emotion", "text + virtual emotion",
            ])
        #expect(values(told, "Hypergraph: weights of hyperedges")?["audio + virtual emotion"] == 3.5)
        #expect(
            values(told, "Hypergraph: weights of nodes") == [
                "text": -1, "audio": 0, "visual": 1, "virtual emotion": 2,
            ])
    }

    @Test func weightsOfPositionsAreNotTakenForThoseOfKinds() {
        let model = model(
            SmallModel.configuration(.released, modalities: "av"),
            ["lgl.hyperedge_weight": { $0 == 3 ? 5 : 1 }, "lgl.node_weight": { $0 == 0 ? -1 : 1 }])
        let told = model.readableWeights
        let found = values(told, "Hypergraph: weights of positions")
        #expect(found?["hyperedges, least"] == 1 && found?["hyperedges, most"] == 5)
        #expect(found?["nodes, least"] == -1 && found?["hyperedges, mean"] == 404.0 / 400)
        #expect(!told.contains { $0.title.contains("Text") || $0.title == "Hypergraph: weights of hyperedges" })
        #expect(values(told, "Virtual emotion: its modalities")?.keys.sorted() == ["audio", "visual"])
    }

    @Test func whatIsSwitchedOffIsNotTold() {
        var configuration = SmallModel.configuration(.corrected, norm: .none)
        (configuration.vue, configuration.lgl, configuration.gai) = (false, false, .off)
        #expect(VUEMOModel(configuration, seed: 1).readableWeights.map(\.title) == ["Classifier: its streams"])
    }

    /// Those of other models are as their parameters are, or none.
    @Test func otherModels() throws {
        let shape = DatasetShape(
            textWidth: 6, textLayers: 2, audioWidth: 5, visualWidth: 3, classes: 4, speakers: 2,
            largestBatch: BatchShape(dialogues: 2, utterances: 8))
        for definition in ModelRegister.all.models where definition.name != "vuemo" {
            let model = definition.make(definition.defaults, shape, 3) { _ in nil }
            let titles = model.readableWeights.map(\.title)
            #expect(titles.isEmpty == (definition.name != "m3net"), "\(definition.name): \(titles)")
            guard definition.name == "m3net" else { continue }
            #expect(values(model.readableWeights, "Text layers") == ["layer 1": 1, "layer 2": 1])
            #expect(
                values(model.readableWeights, "Classifier: its streams")?.keys.sorted().first == "audio, frequencies")
            #expect(values(model.readableWeights, "Hypergraph: weights of positions")?["nodes, mean"] == 1)
        }
    }
}
