import FeatureStore
import HDF5

/// The root attributes: is it a store, of which version, and was it finished?
struct HeaderRule: Rule {
    let codes: [FindingCode] = [.missingObject, .unsupportedVersion, .incomplete]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard format(of: store) == StorePath.format else {
            return [
                Finding(
                    .missingObject, at: "/",
                    "the attribute 'format' is not \"\(StorePath.format)\": this is HDF5, but no feature store")
            ]
        }
        guard let text = try? store.file.readString(attribute: "format_version"), let version = FormatVersion(text)
        else {
            return [Finding(.missingObject, at: "/", "the attribute 'format_version' is missing or no version")]
        }
        guard version.major == FormatVersion.current.major else {
            return [
                Finding(
                    .unsupportedVersion, at: "/",
                    "the file has format version \(version), but this program reads \(FormatVersion.current.major).x (\(FormatVersion.current))"
                )
            ]
        }
        var findings: [Finding] = []
        for name in ["dataset", "content_id"] where (try? store.file.readString(attribute: name)) == nil {
            findings.append(Finding(.missingObject, at: "/", "the attribute '\(name)' is missing or no string"))
        }
        if (try? store.file.readScalar(attribute: "complete", as: Int.self)) != 1 {
            findings.append(Finding(.incomplete, at: "/", "the attribute 'complete' is not 1"))
        }
        return findings
    }

    /// Whether the rest of the file follows a layout that this program knows.
    func isReadable(_ store: StoreInspection) -> Bool {
        guard format(of: store) == StorePath.format else { return false }
        let version = (try? store.file.readString(attribute: "format_version")).flatMap { FormatVersion($0) }
        return version.map { $0.major == FormatVersion.current.major } ?? true
    }

    private func format(of store: StoreInspection) -> String? {
        try? store.file.readString(attribute: "format")
    }
}
