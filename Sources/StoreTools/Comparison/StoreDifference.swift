import FeatureStore
import Foundation
import TerminalText

/// One way in which two stores differ.
public struct StoreDifference: Sendable, Equatable, Encodable {
    /// What a difference is about.
    public enum Subject: String, Sendable, Encodable, CaseIterable {
        /// The dataset's name.
        case dataset
        /// The names of classes, speakers or splits.
        case names
        /// Features that only one store has, or of other modality, layer or width.
        case features
        /// Dialogues that only one store has, or of other split or length.
        case dialogues
        /// The order of the dialogues, here or in the source.
        case order
        /// Utterances' ids, labels, speakers or sentences.
        case utterances
        /// Labels beside those of emotion.
        case targets
        /// Rows of features.
        case rows
        /// Stored types, or content this program does not know.
        case storage
    }

    /// What it is about.
    package var subject: Subject
    /// The object inside the files.
    public var place: String
    /// What differs, in one clause.
    public var message: String
    /// How often.
    public var count: Int
    /// The first few places.
    public var examples: [String]

    /// How many examples a difference carries at most.
    public static let exampleLimit = 5

    init(_ subject: Subject, at place: String, _ message: String, count: Int = 1, examples: [String] = []) {
        self.subject = subject
        self.place = place
        self.message = message
        self.count = count
        self.examples = Array(examples.prefix(Self.exampleLimit))
    }
}

extension StoreComparison {
    /// The comparison for people, at most 80 columns wide where words allow it.
    public func text() -> String {
        guard !isEqual else {
            return
                "equal: \(left.escapedForTerminal) and \(right.escapedForTerminal) (content id \(leftContentID.prefix(16))…)"
        }
        var lines = [
            "A  \(left.escapedForTerminal) (content id \(leftContentID.prefix(16))…)",
            "B  \(right.escapedForTerminal) (content id \(rightContentID.prefix(16))…)",
        ]
        for difference in differences {
            lines.append("")
            lines += TextWrap.lines("\(difference.place): \(difference.message)", hanging: "  ")
            for example in difference.examples {
                lines += TextWrap.lines("- " + example, indent: "    ", hanging: "      ")
            }
            if !difference.examples.isEmpty, difference.count > difference.examples.count {
                lines.append("    - and \(difference.count - difference.examples.count) more")
            }
        }
        lines += ["", "\(differences.count) difference\(differences.count == 1 ? "" : "s")"]
        return lines.joined(separator: "\n")
    }

    /// The comparison as JSON, keys sorted.
    public func json() throws -> String {
        struct Object: Encodable {
            struct Side: Encodable { let file: String, content_id: String }
            let left: Side, right: Side
            let equal: Bool
            let differences: [StoreDifference]
        }
        let object = Object(
            left: .init(file: left, content_id: leftContentID), right: .init(file: right, content_id: rightContentID),
            equal: isEqual, differences: differences)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}
