import Conversion

/// How the id under which an utterance's features lie is made of what a list says of it.
public struct IDPattern: Sendable, Equatable {
    /// The pattern as it was given.
    public let text: String
    private let form: Form

    private enum Form: Sendable, Equatable {
        case parts([Part])
        case meld, iemocap, csd
    }

    private enum Part: Sendable, Equatable {
        case text([UInt8])
        case dialogue, utterance, number, split
    }

    /// What a list says of an utterance.
    struct Utterance {
        var dialogue: UnsafeRawBufferPointer
        /// Its own id, empty where it has none.
        var utterance: UnsafeRawBufferPointer
        /// Its place in its dialogue, from 0.
        var number: Int
        /// The word for its split, as the user or the list says it.
        var split: String?
    }

    /// Patterns with a name, and how their ids look.
    public static let named: [(name: String, example: String)] = [
        ("meld", "dia0_utt3"), ("iemocap", "Ses01F_impro01_F000"), ("csd", "video[3]"),
    ]

    /// A pattern in the user's words: a name of ``named``, or text with `{dialogue}`, `{utterance}`, `{number}` (the place in the
    /// dialogue, from 0) and `{split}` in it.
    /// - Throws: ``ConversionError`` where it says nothing of the utterance, or has other words in braces.
    public init(_ text: String) throws(ConversionError) {
        self.text = text
        switch text {
        case "meld": form = .meld
        case "iemocap": form = .iemocap
        case "csd": form = .csd
        default: form = .parts(try Self.parts(of: text))
        }
    }

    private static func parts(of text: String) throws(ConversionError) -> [Part] {
        let words: [(String, Part)] = [
            ("{dialogue}", .dialogue), ("{utterance}", .utterance), ("{number}", .number), ("{split}", .split),
        ]
        var (parts, rest) = ([Part](), text[...])
        while let open = rest.firstIndex(of: "{") {
            guard let (word, part) = words.first(where: { rest[open...].hasPrefix($0.0) }) else {
                throw .input(
                    "--id-pattern '\(text)' has another word in braces than dialogue, utterance, number and split.")
            }
            if open > rest.startIndex { parts.append(.text(Array(rest[..<open].utf8))) }
            parts.append(part)
            rest = rest[open...].dropFirst(word.count)
        }
        if !rest.isEmpty { parts.append(.text(Array(rest.utf8))) }
        guard parts.contains(where: { $0 == .utterance || $0 == .number }) else {
            throw .input(
                "--id-pattern '\(text)' has neither {utterance} nor {number}, so that all utterances of a dialogue would have one id; named patterns are \(named.map(\.name).joined(separator: ", "))."
            )
        }
        return parts
    }

    /// Whether the split is a part of the ids.
    var needsSplit: Bool { if case .parts(let parts) = form { parts.contains(.split) } else { false } }

    /// The store's own ids: what the list says, or the dialogue and the number.
    static func writeOwn(_ of: Utterance, to id: inout [UInt8]) {
        id.removeAll(keepingCapacity: true)
        if of.utterance.isEmpty {
            id += of.dialogue
            id.append(UInt8(ascii: "_"))
            id += "\(of.number)".utf8
        } else {
            id += of.utterance
        }
    }

    /// Writes the id of an utterance. Where a list has no ids, the number stands for `{utterance}`.
    func write(_ of: Utterance, to id: inout [UInt8]) {
        id.removeAll(keepingCapacity: true)
        switch form {
        case .parts(let parts):
            for part in parts {
                switch part {
                case .text(let text): id += text
                case .dialogue: id += of.dialogue
                case .utterance: Self.append(of, to: &id)
                case .number: id += "\(of.number)".utf8
                case .split: id += (of.split ?? "").utf8
                }
            }
        case .meld:
            if of.utterance.starts(with: "dia".utf8) { return id += of.utterance }
            if !of.dialogue.starts(with: "dia".utf8) { id += "dia".utf8 }
            id += of.dialogue
            id += of.utterance.starts(with: "utt".utf8) ? "_".utf8 : "_utt".utf8
            Self.append(of, to: &id)
        case .iemocap:
            if Self.begins(of, UInt8(ascii: "_")) { return id += of.utterance }
            id += of.dialogue
            id.append(UInt8(ascii: "_"))
            Self.append(of, to: &id)
        case .csd:
            if Self.begins(of, UInt8(ascii: "[")) { return id += of.utterance }
            id += of.dialogue
            id.append(UInt8(ascii: "["))
            if Self.begins(of, UInt8(ascii: "_")) {
                id += of.utterance[(of.dialogue.count + 1)...]
            } else {
                Self.append(of, to: &id)
            }
            id.append(UInt8(ascii: "]"))
        }
    }

    private static func append(_ of: Utterance, to id: inout [UInt8]) {
        if of.utterance.isEmpty { id += "\(of.number)".utf8 } else { id += of.utterance }
    }

    /// Whether an utterance's id begins with its dialogue's and a character behind it.
    private static func begins(_ of: Utterance, _ character: UInt8) -> Bool {
        of.utterance.count > of.dialogue.count && of.utterance[of.dialogue.count] == character
            && of.utterance.starts(with: of.dialogue)
    }
}
