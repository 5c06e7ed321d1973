import FeatureStore
import Foundation

/// What `vuemo info` tells about a store.
struct StoreSummary: Encodable {
    struct Split: Encodable {
        var name: String
        var origin: String
        var dialogues: Int
        var utterances: Int
        /// Utterances of each class, in the order of the classes.
        var classes: [Int]
    }

    struct Feature: Encodable {
        var name: String
        var modality: String
        var layer: Int?
        var width: Int
        var extractor: String?
        var sourceDataType: String
    }

    struct Source: Encodable {
        var name: String
        var bytes: Int
        var sha256: String
        var layout: String
    }

    var file: String
    var bytes: Int
    var dataset: String
    var formatVersion: String
    var contentID: String
    var dialogues: Int
    var utterances: Int
    var classes: [String]
    var speakers: [String]
    var speakerScope: String
    var splits: [Split]
    var features: [Feature]
    var sources: [Source]
    var toolVersion: String?
    var options: String?
    var created: String?
    var warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case file, bytes, dataset
        case formatVersion = "format_version"
        case contentID = "content_id"
        case dialogues, utterances
        case classes, speakers
        case speakerScope = "speaker_scope"
        case splits, features, sources
        case toolVersion = "tool_version"
        case options, created, warnings
    }

    init(_ store: Store) {
        file = store.path
        bytes = (try? FileManager.default.attributesOfItem(atPath: store.path)[.size] as? Int) ?? 0
        dataset = store.dataset
        formatVersion = store.formatVersion.description
        contentID = store.contentID
        dialogues = store.dialogues.count
        utterances = store.utteranceCount
        classes = store.labelNames
        speakers = store.speakerNames
        speakerScope = store.speakerScope.rawValue
        splits = store.splits.map { split in
            let members = store.dialogues(inSplit: split.name)
            let labels = members.flatMap { Array(store.labels[store.dialogues[$0].range]) }
            return Split(
                name: split.name, origin: split.origin, dialogues: members.count, utterances: labels.count,
                classes: store.labelNames.indices.map { label in labels.count { $0 == Int32(label) } })
        }
        features = store.features.map {
            Feature(
                name: $0.name, modality: $0.modality.rawValue, layer: $0.layer, width: $0.width,
                extractor: $0.extractor,
                sourceDataType: $0.sourceDataType)
        }
        sources = (store.provenance?.sources ?? []).map {
            Source(name: $0.name, bytes: $0.bytes, sha256: $0.sha256, layout: $0.layout)
        }
        toolVersion = store.provenance?.toolVersion
        options = store.provenance?.options
        created = store.provenance?.created
        warnings = store.provenance?.warnings ?? []
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    func text() -> String {
        var lines = [
            "\(file)",
            "  dataset     \(dataset), \(dialogues) dialogues, \(utterances) utterances",
            "  format      \(formatVersion), \(Self.size(bytes))",
            "  content id  \(contentID)",
            "  speakers    \(speakers.count) (\(speakerScope == "corpus" ? "the same person in every dialogue" : "numbered within each dialogue"))",
            "", "Splits"
        ]
        let nameWidth = max(6, splits.map(\.name.count).max() ?? 0)
        for split in splits {
            lines.append(
                "  \(Self.pad(split.name, nameWidth))  \(Self.right(split.dialogues, 5)) dialogues  \(Self.right(split.utterances, 6)) utterances  (\(split.origin))"
            )
        }
        lines += ["", "Utterances of each class"]
        let classWidth = max(6, classes.map(\.count).max() ?? 0)
        lines.append("  " + Self.pad("", classWidth) + splits.map { "  " + Self.left($0.name, 7) }.joined())
        for (index, name) in classes.enumerated() {
            lines.append(
                "  " + Self.pad(name, classWidth) + splits.map { "  " + Self.right($0.classes[index], 7) }.joined())
        }
        lines += ["", "Features"]
        let featureWidth = max(6, features.map(\.name.count).max() ?? 0)
        for feature in features {
            var line =
                "  \(Self.pad(feature.name, featureWidth))  \(Self.pad(feature.modality, 6))  \(Self.right(feature.width, 5)) values"
            if let layer = feature.layer { line += ", layer \(layer)" }
            if let extractor = feature.extractor { line += ", \(extractor)" }
            if feature.sourceDataType != "float32" { line += ", from \(feature.sourceDataType)" }
            lines.append(line)
        }
        lines += ["", "Made from"]
        lines += sources.map { "  \($0.name) (\($0.layout), \(Self.size($0.bytes)), sha256 \($0.sha256.prefix(16))…)" }
        if sources.isEmpty { lines.append("  nothing the file names") }
        if let toolVersion, !toolVersion.isEmpty {
            lines.append("  by version \(toolVersion)\(created.map { ", \($0)" } ?? "")")
        }
        lines += warnings.map { "  warning: \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\((bytes + 1023) >> 10) KiB" : String(format: "%.1f MiB", Double(bytes) / Double(1 << 20))
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func right(_ number: Int, _ width: Int) -> String { left("\(number)", width) }
}
