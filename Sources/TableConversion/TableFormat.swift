import Conversion
import Foundation

/// What a manifest that is none may be, and under what names people keep what a manifest's columns hold.
enum TableFormat {
    /// What else a file is that begins with these bytes; nil where it may be a list.
    static func other(_ head: [UInt8]) -> String? {
        let known: [([UInt8], String)] = [
            (Array("PK".utf8) + [3, 4], "a zip archive, as NumPy's .npz files and exports of vuemo are"),
            ([0x93] + Array("NUMPY".utf8), "a NumPy matrix"),
            ([0x89] + Array("HDF".utf8), "an HDF5 file, as stores are"),
            ([0x1F, 0x8B], "compressed with gzip"),
            ([0xFF, 0xFE], "UTF-16 text and not UTF-8"),
            ([0xFE, 0xFF], "UTF-16 text and not UTF-8"),
        ]
        if let found = known.first(where: { head.starts(with: $0.0) }) { return found.1 }
        // Protocols 2 to 5 begin with their number.
        if head.count > 1, head[0] == 0x80, (2...5).contains(head[1]) {
            return "a pickle, which 'vuemo convert' and 'vuemo scan' read"
        }
        return nil
    }

    /// Why a first line without a column called dialogue is refused.
    static func missingDialogue(_ names: [String], in file: String) -> String {
        for (separator, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")] where names.count == 1 {
            let parts = names[0].split(separator: Character(separator)).map(plain)
            if parts.count > 1, parts.contains(where: { $0 == "dialogue" || aliases[.dialogue]!.contains($0) }) {
                return "\(file) has \(name) between its columns: save it with commas."
            }
        }
        let like = names.first { aliases[.dialogue]!.contains(plain($0)) }
        let advice =
            like.map { "rename '\($0)' if it holds the dialogues' ids" }
            ?? "name the columns dialogue, utterance, speaker, label, split, text"
        return "\(file) has no column called dialogue in its first line: \(advice)."
    }

    /// Warnings of columns that the list does not have while another one of it looks like theirs.
    static func warnings(columns names: [String], missing: [TableColumn], in file: String) -> [String] {
        missing.compactMap { column in
            guard !names.contains(where: { plain($0) == column.rawValue }),
                let like = names.first(where: { aliases[column]!.contains(plain($0)) })
            else { return nil }
            return
                "\(file) has no column called \(column.rawValue), and '\(shortened(like))' is ignored: \(consequence[column]!); rename the column if it holds the \(column.rawValue)s."
        }
    }

    /// A text that fits into a sentence.
    static func shortened(_ text: String) -> String {
        text.utf8.count <= 60 ? text : String(text.unicodeScalars.prefix(20).map(Character.init)) + "…"
    }

    /// Names in a sentence; of many, the first.
    static func list(_ names: [String]) -> String {
        names.prefix(12).map(shortened).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }

    private static func plain(_ name: some StringProtocol) -> String {
        name.trimmingCharacters(in: .whitespaces).lowercased().replacingOccurrences(of: " ", with: "_")
            .replacingOccurrences(of: "-", with: "_")
    }

    private static let consequence: [TableColumn: String] = [
        .dialogue: "there are no dialogues", .utterance: "ids are made up",
        .speaker: "all utterances have the speaker unknown",
        .label: "the store has no labels", .split: "the list names no splits",
        .text: "the store has no sentences",
    ]

    private static let aliases: [TableColumn: Set<String>] = [
        .dialogue: [
            "dialogue_id", "dialog", "dialog_id", "dialogues", "conversation", "conversation_id", "conv_id", "dia",
            "dia_id",
            "video", "video_id", "session",
        ],
        .utterance: ["utterance_id", "utt_id", "utt", "id", "turn_id"],
        .speaker: ["speakers", "speaker_id", "speaker_name", "character", "person"],
        .label: [
            "labels", "emotion", "emotions", "emotion_label", "label_emotion", "emo", "class", "classes", "target",
            "gold",
            "sentiment", "mood", "category", "annotation", "y",
        ],
        .split: ["splits", "set", "subset", "part", "partition", "fold", "mode"],
        .text: [
            "texts", "sentence", "sentences", "transcript", "transcription", "utterance_text", "raw_text", "content",
        ],
    ]
}
