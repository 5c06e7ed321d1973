import FeatureStore
import Foundation

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
