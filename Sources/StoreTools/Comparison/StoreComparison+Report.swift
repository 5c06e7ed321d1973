import FeatureStore
import Foundation
import TerminalText

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
