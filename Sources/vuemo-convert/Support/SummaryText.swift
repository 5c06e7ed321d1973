import CommandSupport
import Foundation
import PickleConversion
import TerminalText

/// The summary of a conversion, for people and for scripts.
struct SummaryText {
    let summary: ConversionSummary
    let seconds: Double

    /// A few aligned lines.
    var text: String {
        var lines = [
            "\(summary.dataset.escapedForTerminal): \(summary.dialogues) dialogues, \(summary.utterances) utterances"
        ]
        for split in summary.splits {
            lines.append(
                String(
                    format: "  %@ %6d dialogues %7d utterances",
                    split.name.padding(toLength: 6, withPad: " ", startingAt: 0), split.dialogues, split.utterances))
        }
        let features = summary.features.map { "\($0.name) (\($0.width))" }
        lines.append("features: \(features.joined(separator: ", "))")
        lines += summary.sources.map { "source: \($0.name.escapedForTerminal), \($0.layout)" }
        lines.append(
            String(
                format: "store: %@, %.1f MB, written in %.1f s", summary.store.path.escapedForTerminal,
                Double(summary.store.bytes) / 1e6,
                seconds))
        lines.append("content_id: \(summary.store.contentID)")
        return lines.joined(separator: "\n")
    }

    /// One JSON object.
    var json: String {
        get throws {
            struct Object: Encodable {
                struct Split: Encodable { let name: String, dialogues: Int, utterances: Int }
                struct Feature: Encodable { let name: String, modality: String, width: Int, source_dtype: String }
                struct Source: Encodable { let name: String, layout: String, sha256: String }
                let dataset: String, dialogues: Int, utterances: Int
                let splits: [Split], features: [Feature], sources: [Source], warnings: [String]
                let path: String, bytes: Int, content_id: String, seconds: Double
            }
            let object = Object(
                dataset: summary.dataset, dialogues: summary.dialogues, utterances: summary.utterances,
                splits: summary.splits.map { .init(name: $0.name, dialogues: $0.dialogues, utterances: $0.utterances) },
                features: summary.features.map {
                    .init(
                        name: $0.name, modality: $0.modality.rawValue, width: $0.width, source_dtype: $0.sourceDataType)
                },
                sources: summary.sources.map { .init(name: $0.name, layout: $0.layout, sha256: $0.sha256) },
                warnings: summary.warnings, path: summary.store.path, bytes: summary.store.bytes,
                content_id: summary.store.contentID, seconds: seconds)
            return try JSONText.of(object)
        }
    }
}
