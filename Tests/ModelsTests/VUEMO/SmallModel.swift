import Autodiff
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors
import Models

/// Small models and random minibatches for them.
enum SmallModel {
    static func configuration(
        _ variant: Variant, modalities: String = "avl", norm: TextNorm = .batch, dropout: Double = 0.5,
        projectText: Bool = true
    ) -> VUEMOConfiguration {
        var c = VUEMOConfiguration(
            DatasetShape(
                textWidth: 10, textLayers: 2, audioWidth: 7, visualWidth: 5, classes: 4, speakers: 3,
                largestBatch: BatchShape(dialogues: 0, utterances: 0)))
        c.modalities = Modalities(letters: modalities)!
        c.hiddenSize = 8
        c.vueLayers = 2
        c.hypergraphLayers = 3
        c.dropout = dropout
        c.textNorm = norm
        c.projectText = projectText
        c.variant = variant
        c.maximumHyperedges = 400
        c.maximumNodes = 400
        return c
    }

    /// A model whose parameters are all away from their first values, running statistics included.
    static func model(_ configuration: VUEMOConfiguration, seed: UInt64 = 5) -> VUEMOModel {
        let model = VUEMOModel(configuration, seed: seed)
        var generator = SplitMix64(seed: seed)
        for entry in model.parameters.entries {
            for index in 0..<entry.count { entry.value.values[index] += 0.05 * generator.normal() }
        }
        for buffer in model.parameters.buffers {
            for index in 0..<buffer.count { buffer.value.values[index] += 0.3 * generator.uniform() }
        }
        return model
    }

    /// One dialogue's features: a function of its number alone.
    static func input(_ dialogues: [(number: Int, length: Int)], _ configuration: VUEMOConfiguration)
        -> ConversationBatch
    {
        let n = dialogues.reduce(0) { $0 + $1.length }
        func features(_ width: Int, _ kind: UInt64) -> Tensor {
            var values: [Float] = []
            for (number, length) in dialogues {
                var generator = SplitMix64(seed: UInt64(number), stream: kind)
                for _ in 0..<length * width { values.append(generator.normal()) }
            }
            return Tensor(rows: n, columns: width, values)
        }
        let c = configuration
        let m = c.modalities
        return ConversationBatch(
            text: m.contains(.text) ? (0..<c.textLayers).map { features(c.textWidth, UInt64($0)) } : [],
            audio: m.contains(.audio) ? features(c.audioWidth, 10) : nil,
            visual: m.contains(.visual) ? features(c.visualWidth, 11) : nil,
            speakers: dialogues.flatMap { dialogue in
                (0..<dialogue.length).map { Int32(($0 + dialogue.number) % c.speakers) }
            },
            lengths: dialogues.map(\.length))
    }

    static func labels(_ input: ConversationBatch, classes: Int) -> [Int32] {
        (0..<input.utterances).map { Int32($0 * 7 % classes) }
    }
}
