import FeatureStore
import Foundation
import TerminalText

/// Everything that was found in one file.
public struct ValidationReport: Sendable {
    /// The path as it was given.
    public let file: String
    /// The dataset's name, where the file says it.
    public private(set) var dataset: String?
    /// The format version, where the file says it.
    public private(set) var formatVersion: String?
    /// The content id that the file states.
    public private(set) var contentID: String?
    /// The number of dialogues, where it can be told.
    public private(set) var dialogues: Int?
    /// The number of utterances, where it can be told.
    public private(set) var utterances: Int?
    /// The findings: errors first, then warnings, then information, each by code and place.
    public private(set) var findings: [Finding] = []

    /// For the path of each feature that is one of several layers, what its encoder's layers have in common.
    private(set) var layerGroups: [String: String] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func describe(_ store: StoreInspection) {
        dataset = try? store.file.readString(attribute: "dataset")
        formatVersion = try? store.file.readString(attribute: "format_version")
        contentID = try? store.file.readString(attribute: "content_id")
        dialogues = store.dialogueCount
        utterances = store.utteranceCount
        for feature in store.features where store.file.hasAttribute("layer", of: feature.path) {
            layerGroups[feature.path] = try? store.file.readString(attribute: "modality", of: feature.path)
        }
    }

    mutating func add(_ findings: [Finding], _ options: ValidationOptions) {
        // An unreadable dataset is met by several rules; one of them says it.
        for finding in findings where options.wants(finding.code) {
            guard
                !self.findings.contains(where: {
                    $0.code == finding.code && $0.place == finding.place && $0.code == .checksumMismatch
                })
            else { continue }
            self.findings.append(finding)
        }
    }

    mutating func sort() {
        findings.sort { left, right in
            (right.code.severity, left.code.rawValue, left.place) < (
                left.code.severity, right.code.rawValue, right.place
            )
        }
    }

    /// How many findings have that severity.
    public func count(_ severity: Severity) -> Int {
        findings.count { $0.code.severity == severity }
    }

    /// Whether a finding is of that severity or worse.
    public func fails(on severity: Severity) -> Bool {
        findings.contains { $0.code.severity >= severity }
    }
}

extension ValidationReport: Encodable {
    private enum Keys: String, CodingKey {
        case file, dataset
        case formatVersion = "format_version"
        case contentID = "content_id"
        case dialogues, utterances
        case errors, warnings, information, findings
    }

    /// Writes the report with its counts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(file, forKey: .file)
        try container.encodeIfPresent(dataset, forKey: .dataset)
        try container.encodeIfPresent(formatVersion, forKey: .formatVersion)
        try container.encodeIfPresent(contentID, forKey: .contentID)
        try container.encodeIfPresent(dialogues, forKey: .dialogues)
        try container.encodeIfPresent(utterances, forKey: .utterances)
        try container.encode(count(.error), forKey: .errors)
        try container.encode(count(.warning), forKey: .warnings)
        try container.encode(count(.information), forKey: .information)
        try container.encode(findings, forKey: .findings)
    }

    /// The report as JSON, keys sorted.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension ValidationReport {
    /// The report for people: at most 80 columns wide where words allow it.
    public func text() -> String {
        var lines: [String] = []
        var title = file
        if let dataset { title += ": \(dataset)" }
        if let formatVersion { title += ", format \(formatVersion)" }
        if let dialogues, let utterances { title += ", \(dialogues) dialogues, \(utterances) utterances" }
        lines += wrap(title, indent: "")
        for group in groups() {
            let finding = group[0]
            let place = group.count == 1 ? finding.place : "\(group.count) layers"
            lines.append("")
            lines += wrap(
                "\(finding.code.severity.rawValue) \(finding.code.rawValue) \(finding.code.title), \(place)", indent: ""
            )
            if group.count == 1 {
                lines += wrap(finding.message, indent: "  ")
            } else {
                for layer in group { lines += wrap("\(layer.place): \(layer.message)", indent: "  ", hanging: "    ") }
                if !finding.examples.isEmpty { lines.append("  In the first of them:") }
            }
            for example in finding.examples { lines += wrap("- " + example.text, indent: "    ", hanging: "      ") }
            if finding.count > finding.examples.count, !finding.examples.isEmpty {
                lines.append("    - and \(finding.count - finding.examples.count) more")
            }
            if !finding.code.hint.isEmpty { lines += wrap("Hint: " + finding.code.hint, indent: "  ") }
        }
        lines += ["", summary]
        return lines.joined(separator: "\n")
    }

    /// The findings in their order; those of one code in the layers of one encoder, which say nearly the same, together.
    private func groups() -> [[Finding]] {
        var groups: [[Finding]] = []
        var positions: [String: Int] = [:]
        for finding in findings {
            guard let encoder = layerGroups[finding.place] else {
                groups.append([finding])
                continue
            }
            let key = "\(finding.code.rawValue) \(encoder)"
            if let position = positions[key] {
                groups[position].append(finding)
            } else {
                positions[key] = groups.count
                groups.append([finding])
            }
        }
        return groups
    }

    /// For example "2 errors, 1 warning, 4 notes".
    public var summary: String {
        func number(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        return [
            number(count(.error), "error"), number(count(.warning), "warning"), number(count(.information), "note"),
        ]
        .joined(separator: ", ")
    }

    private func wrap(_ text: String, indent: String, hanging: String? = nil) -> [String] {
        TextWrap.lines(text, indent: indent, hanging: hanging)
    }
}
