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
        if names.count == 1, let (delimiter, said) = otherDelimiter(names[0]) {
            return "\(file) has \(said) between its columns: give --delimiter \(delimiter)."
        }
        let isMELD = ["Dialogue_ID", "Utterance_ID", "Utterance", "Emotion"].allSatisfy(names.contains)
        if isMELD { return "\(file) has MELD's columns and none called dialogue: give --columns meld." }
        let like = names.first { isAlias($0, of: .dialogue) }
        let advice =
            like.map { "give --column \(option(.dialogue, $0)) if it holds the dialogues' ids" }
            ?? "say which holds the dialogues' ids with --column dialogue=NAME; its columns are \(list(names))"
        return "\(file) has no column called dialogue in its first line: \(advice)."
    }

    /// What stands between the columns of a first line that seems to be one column.
    private static func otherDelimiter(_ line: String) -> (name: String, said: String)? {
        [(";", "semicolon", "semicolons"), ("\t", "tab", "tabs"), ("|", "bar", "bars"), (",", "comma", "commas")]
            .lazy.compactMap { separator, name, said -> (String, String)? in
                let parts = line.split(separator: Character(separator))
                let isKnown = parts.contains { part in
                    TableColumn.allCases.contains { plain(part) == $0.rawValue || aliases[$0]!.contains(plain(part)) }
                }
                return parts.count > 1 && isKnown ? (name, said) : nil
            }.first
    }

    /// Warnings of columns that the list does not have while another one of it looks like theirs.
    static func warnings(columns names: [String], missing: [TableColumn], used: [String], in file: String) -> [String] {
        missing.compactMap { column in
            guard !names.contains(where: { plain($0) == column.rawValue && !used.contains($0) }),
                let like = names.first(where: { isAlias($0, of: column) && !used.contains($0) })
            else { return nil }
            return
                "\(file) has no column called \(column.rawValue), and '\(shortened(like))' is ignored: \(consequence[column]!); give --column \(option(column, like)) if it holds the \(column.rawValue)s."
        }
    }

    /// Whether people call a column so.
    static func isAlias(_ name: String, of column: TableColumn) -> Bool { aliases[column]!.contains(plain(name)) }

    /// The value of `--column` for a shell.
    static func option(_ column: TableColumn, _ name: String) -> String {
        let isPlain = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || [0x2D, 0x2E, 0x5F].contains($0)
        }
        return isPlain ? "\(column.rawValue)=\(name)" : "'\(column.rawValue)=\(shortened(name))'"
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
        .text: "the store has no sentences", .sentiment: "the store has no sentiments",
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
        .sentiment: [],
    ]
}
