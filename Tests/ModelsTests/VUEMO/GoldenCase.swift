import Configuration
import ConversationModels
import Conversations
import Foundation
import HDF5
import Tensors
import TestSupport
import Testing
import Models

/// A golden file: inputs, parameters and everything the reference computes from them (see `Tests/Golden/README.md`).
struct GoldenCase: CustomTestStringConvertible, Sendable {
    let path: String
    var testDescription: String { URL(fileURLWithPath: path).lastPathComponent }

    struct Description: Decodable {
        let dims: [String: Int]
        let classes, speakers: Int
        let modalities: String
        let text_layers, hidden, vue_layers, hyper_layers: Int
        let norm: String
        let project_text, use_speaker: Bool
        let variant, loss: String
        let lengths: [Int]
        let max_hyperedges, max_nodes: Int
        let model: String?
        /// Settings of the model as its keys write them.
        let switches: [String: String]?
    }

    /// The project's own files, and those of the folder named by VUEMO_GOLDEN_DIR. Files of other models are left out.
    static let all: [GoldenCase] = {
        let other = ProcessInfo.processInfo.environment["VUEMO_GOLDEN_DIR"]
        let folders = [ProjectFiles.url("Tests/Golden").path] + [other].compactMap { $0 }
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".h5") }
                .sorted()
                .map { GoldenCase(path: folder + "/" + $0) }
        }.filter { (try? $0.description().model ?? "vuemo") == "vuemo" }
    }()

    func description() throws -> Description {
        let file = try File(opening: path)
        return try JSONDecoder().decode(
            Description.self, from: Data(file.readString(attribute: "config", of: "/").utf8))
    }

    func configuration() throws -> VUEMOConfiguration {
        let d = try description()
        var c = VUEMOConfiguration(
            DatasetShape(
                textWidth: d.dims["l"] ?? 0, textLayers: d.text_layers, audioWidth: d.dims["a"] ?? 0,
                visualWidth: d.dims["v"] ?? 0,
                classes: d.classes, speakers: d.speakers, largestBatch: BatchShape(dialogues: 0, utterances: 0)))
        c.modalities = Modalities(letters: d.modalities)!
        c.hiddenSize = d.hidden
        c.vueLayers = d.vue_layers
        c.hypergraphLayers = d.hyper_layers
        c.dropout = 0
        c.textNorm = TextNorm(rawValue: d.norm)!
        c.projectText = d.project_text
        c.speakerEmbedding = d.use_speaker
        c.variant = Variant(rawValue: d.variant)!
        c.maximumHyperedges = d.max_hyperedges
        c.maximumNodes = d.max_nodes
        for (key, value) in d.switches ?? [:] {
            var settings = c.settings.erased
            precondition(settings[key] != nil && settings.assign(.scalar(value), to: key) == nil, "\(key)")
            c.settings = Settings(settings)
        }
        return c
    }

    func input() throws -> (input: ConversationBatch, labels: [Int32], classWeights: [Float]) {
        let file = try File(opening: path)
        func tensor(_ name: String) throws -> Tensor {
            let (shape, values) = try file.readFloats("inputs/" + name)
            return Tensor(rows: shape[0], columns: shape[1], values)
        }
        let layers = try file.memberNames(of: "inputs/text").count
        let input = ConversationBatch(
            text: try (0..<layers).map { try tensor("text/\($0)") }, audio: try tensor("audio"),
            visual: try tensor("visual"),
            speakers: try file.readIntegers("inputs/speaker").values.map(Int32.init),
            lengths: try file.readIntegers("inputs/lengths").values)
        return (
            input, try file.readIntegers("inputs/label").values.map(Int32.init),
            try file.readFloats("inputs/class_weight").values
        )
    }

    /// All arrays of a group, by name.
    func arrays(_ group: String) throws -> [String: (shape: [Int], values: [Float])] {
        let file = try File(opening: path)
        var result: [String: (shape: [Int], values: [Float])] = [:]
        for name in try file.memberNames(of: group) { result[name] = try file.readFloats(group + "/" + name) }
        return result
    }

    func floats(_ name: String) throws -> [Float] {
        let file = try File(opening: path)
        return try file.readFloats(name).values
    }

    func attribute(_ name: String, of path: String) throws -> Double {
        let file = try File(opening: self.path)
        return try file.readDouble(attribute: name, of: path)
    }

    /// A model with the file's parameters.
    func model() throws -> VUEMOModel {
        let model = VUEMOModel(try configuration(), seed: 1)
        try model.parameters.load(arrays("parameters"))
        return model
    }
}
