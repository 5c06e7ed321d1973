import Configuration
import ConversationModels
import Conversations
import Foundation
import HDF5
import Tensors
import TestSupport
import Testing
import Models

/// A golden file of a model: inputs, parameters and everything the reference computes from them (see `Tests/Golden/README.md`).
struct GoldenCase: CustomTestStringConvertible, Sendable {
    let path: String
    var testDescription: String { URL(fileURLWithPath: path).lastPathComponent }

    /// What every file says of itself.
    struct Description: Decodable {
        let dims: [String: Int]
        let classes, speakers, text_layers: Int
        let modalities, loss: String
        let lengths: [Int]
        /// Where it is missing, the file is VUEMO's.
        let model: String?
        /// Keys of the model and their values; VUEMO's and M3NET's files have a form of their own.
        let settings: [String: String]?
    }

    /// What files of VUEMO and M3NET say besides.
    private struct GraphDescription: Decodable {
        let hidden, vue_layers, hyper_layers: Int
        let norm, variant: String
        let project_text, use_speaker: Bool
        let max_hyperedges, max_nodes: Int
        /// M3NET's unimodal width.
        let width: Int?
        /// Settings of the model as its keys write them.
        let switches: [String: String]?
    }

    /// The project's own files, and those of the folder named by VUEMO_GOLDEN_DIR.
    static let all: [GoldenCase] = {
        let other = ProcessInfo.processInfo.environment["VUEMO_GOLDEN_DIR"]
        let folders = [ProjectFiles.url("Tests/Golden").path] + [other].compactMap { $0 }
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".h5") }
                .sorted()
                .map { GoldenCase(path: folder + "/" + $0) }
        }
    }()

    /// Those of VUEMO.
    static let vuemo = all.filter { (try? $0.name) == "vuemo" }

    /// The model's name.
    var name: String { get throws { try description().model ?? "vuemo" } }

    private func decoded<Part: Decodable>(_: Part.Type) throws -> Part {
        let file = try File(opening: path)
        return try JSONDecoder().decode(
            Part.self, from: Data(file.readString(attribute: "config", of: "/").utf8))
    }

    func description() throws -> Description { try decoded(Description.self) }

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

    private func shape() throws -> DatasetShape {
        let d = try description()
        return DatasetShape(
            textWidth: d.dims["l"] ?? 0, textLayers: d.text_layers, audioWidth: d.dims["a"] ?? 0,
            visualWidth: d.dims["v"] ?? 0,
            classes: d.classes, speakers: d.speakers, largestBatch: BatchShape(dialogues: 0, utterances: 0))
    }

    private func vuemo() throws -> VUEMOModel {
        let d = try decoded(GraphDescription.self)
        var c = VUEMOConfiguration(try shape())
        c.modalities = Modalities(letters: try description().modalities)!
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
        return VUEMOModel(c, seed: 1)
    }

    private func m3net() throws -> M3NETModel {
        let d = try decoded(GraphDescription.self)
        var settings = Settings<M3NETKeys>()
        settings.modalities = Modalities(letters: try description().modalities)!
        settings.unimodalSize = d.width!
        settings.hiddenSize = d.hidden
        settings.frequencyLayers = d.vue_layers
        settings.hypergraphLayers = d.hyper_layers
        settings.dropout = 0
        settings.textNorm = TextNorm(rawValue: d.norm)!
        settings.projectText = d.project_text
        settings.speakerEmbedding = d.use_speaker
        return M3NETModel(settings, try shape(), hyperedges: d.max_hyperedges, nodes: d.max_nodes, seed: 1)
    }

    /// Any other model, by its name and keys.
    private func baseline() throws -> any ConversationModel {
        let d = try description()
        let definition = ModelRegister.all[try name]!
        var settings = definition.defaults
        let values = (d.settings ?? [:]).merging(["modalities": d.modalities, "dropout": "0"]) { a, _ in a }
        for (key, value) in values {
            precondition(settings[key] != nil && settings.assign(.scalar(value), to: key) == nil, "\(key): \(value)")
        }
        return definition.make(settings, try shape(), 1) { _ in nil }
    }

    /// A model with the file's parameters.
    func model() throws -> any ConversationModel {
        let model: any ConversationModel =
            switch try name {
            case "vuemo": try vuemo()
            case "m3net": try m3net()
            default: try baseline()
            }
        try model.parameters.load(arrays("parameters"))
        return model
    }

    /// The same of a file of VUEMO.
    func vuemoModel() throws -> VUEMOModel { try model() as! VUEMOModel }
}
