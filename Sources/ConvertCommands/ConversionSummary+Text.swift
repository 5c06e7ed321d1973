import CommandSupport
import Conversion
import Foundation
import TerminalText

extension ConversionSummary {
    /// The summary for people, a few aligned lines.
    /// - Parameter seconds: How long the conversion took.
    func text(seconds: Double) -> String {
        var lines = [
            "\(dataset.escapedForTerminal): \(dialogues) dialogues, \(utterances) utterances"
        ]
        for split in splits {
            lines.append(
                String(
                    format: "  %@ %6d dialogues %7d utterances",
                    split.name.padding(toLength: 6, withPad: " ", startingAt: 0), split.dialogues, split.utterances))
        }
        let features = features.map { "\($0.name) (\($0.width))" }
        lines += TextWrap.lines("features: \(features.joined(separator: ", "))", hanging: "  ")
        for source in sources { lines += TextWrap.lines("source: \(source.name), \(source.layout)", hanging: "  ") }
        lines.append(
            String(
                format: "store: %@, %.1f MB, written in %.1f s", store.path.escapedForTerminal,
                Double(store.bytes) / 1e6,
                seconds))
        lines.append("content_id: \(store.contentID)")
        return lines.joined(separator: "\n")
    }

    /// The summary for programs, one JSON object.
    /// - Parameter seconds: How long the conversion took.
    func json(seconds: Double) throws -> String {
        struct Object: Encodable {
            struct Split: Encodable { let name: String, dialogues: Int, utterances: Int }
            struct Feature: Encodable { let name: String, modality: String, width: Int, source_dtype: String }
            struct Source: Encodable { let name: String, layout: String, sha256: String }
            let dataset: String, dialogues: Int, utterances: Int
            let splits: [Split], features: [Feature], sources: [Source], warnings: [String]
            let path: String, bytes: Int, content_id: String, seconds: Double
        }
        let object = Object(
            dataset: dataset, dialogues: dialogues, utterances: utterances,
            splits: splits.map { .init(name: $0.name, dialogues: $0.dialogues, utterances: $0.utterances) },
            features: features.map {
                .init(
                    name: $0.name, modality: $0.modality.rawValue, width: $0.width, source_dtype: $0.sourceDataType)
            },
            sources: sources.map { .init(name: $0.name, layout: $0.layout, sha256: $0.sha256) },
            warnings: warnings, path: store.path, bytes: store.bytes,
            content_id: store.contentID, seconds: seconds)
        return try JSONText.of(object)
    }
}
