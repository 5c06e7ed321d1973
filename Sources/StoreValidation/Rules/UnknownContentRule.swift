import FeatureStore
import HDF5

/// Content that this program does not know: of a newer minor version, or added by someone.
struct UnknownContentRule: Rule {
    let codes: [FindingCode] = [.unknownContent]

    private static let open = [StorePath.features, StorePath.statistics, StorePath.checksums, StorePath.provenance]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        let text = try? store.file.readString(attribute: "format_version")
        if let version = text.flatMap({ FormatVersion($0) }), version.minor > FormatVersion.current.minor {
            findings.append(
                Finding(
                    .unknownContent, at: "/",
                    "the file has format version \(version), newer than \(FormatVersion.current)"))
        }
        let known = Set(StoreSchema.lists.map(\.path))
        let unknown = store.datasets.keys.filter { path in
            !known.contains(path) && !Self.open.contains { path.hasPrefix($0 + "/") }
        }
        if !unknown.isEmpty {
            findings.append(
                Finding(
                    .unknownContent, at: "/",
                    "\(unknown.count) datasets are not part of format \(FormatVersion.current)", count: unknown.count,
                    examples: unknown.sorted().map { Example($0) }))
        }
        return findings
    }
}
