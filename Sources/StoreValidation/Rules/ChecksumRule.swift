import Dispatch
import FeatureStore
import HDF5

/// Every dataset matches its block checksums and its SHA-256, and all of them together the content id.
struct ChecksumRule: Rule {
    static let allCodes: [FindingCode] = [.checksumMismatch, .contentMismatch, .missingObject]
    let codes = allCodes
    let readsData = true
    /// What is known of the features' block checksums, by path.
    let checks: [String: BlockCheck]
    /// Whether SHA-256 of features must be taken: where the last line vouches for every byte since the writer took them,
    /// the stated ones stand.
    let takesContentDigests: Bool

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        var content = ContentIdentifier()
        let digests = Self.digests(of: takesContentDigests ? checks.keys.sorted() : [], store)
        for path in store.datasets.keys.sorted() where !path.hasPrefix(StorePath.checksums + "/") {
            guard let dataset = store.datasets[path], let type = dataset.type.numpyName else { continue }
            do {
                let (sha256, found) = try check(dataset, store, digests[path])
                findings += found
                content.add(path: path, type: type, shape: dataset.shape, sha256: sha256)
            } catch {
                findings.append(
                    Finding(.checksumMismatch, at: path, "it cannot be read: \(StoreValidator.reason(error))"))
            }
        }
        let stated = try? store.file.readString(attribute: "content_id")
        if let stated, stated != content.value() {
            findings.append(
                Finding(
                    .contentMismatch, at: "/",
                    "the content is \(content.value().prefix(16))…, but the file says \(stated.prefix(16))…"))
        }
        return findings
    }

    /// The SHA-256 of datasets, which take turns on the cores.
    private static func digests(of paths: [String], _ store: StoreInspection) -> [String: Result<String, any Error>] {
        nonisolated(unsafe) let results = UnsafeMutableBufferPointer<Result<String, any Error>>.allocate(
            capacity: paths.count)
        results.initialize(repeating: .success(""))
        defer {
            results.deinitialize()
            results.deallocate()
        }
        nonisolated(unsafe) let store = store
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            results[index] = Result {
                var digest = try store.file.openDataset(paths[index]).streamDigest()
                return digest.finish().sha256
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(paths, results))
    }

    /// - Parameter digest: The SHA-256 of a feature whose block checksums are known already, where it was needed.
    private func check(
        _ dataset: DatasetInspection, _ store: StoreInspection, _ digest: Result<String, any Error>?
    ) throws -> (sha256: String, findings: [Finding]) {
        let opened = try store.file.openDataset(dataset.path)
        var sha256: String
        var findings: [Finding] = []
        switch try checks[dataset.path] ?? store.file.checkBlocks(of: opened, content: true) {
        case .intact(let found): sha256 = try digest?.get() ?? (found.isEmpty ? dataset.statedSHA256 ?? "" : found)
        case .damaged(let rows, let found):
            sha256 = try digest?.get() ?? found
            findings.append(
                Finding(
                    .checksumMismatch, at: dataset.path, "\(rows.count) blocks of rows do not match their checksums",
                    count: rows.count,
                    examples: rows.map {
                        Example(
                            "rows \($0.lowerBound) to \($0.upperBound - 1)", dialogue: nil, utterance: nil,
                            row: $0.lowerBound)
                    }))
        case .unusable(let why):
            var digest = try opened.streamDigest()
            sha256 = digest.finish().sha256
            let path = StorePath.checksums(of: dataset.path)
            findings.append(Finding(store.datasets[path] == nil ? .missingObject : .checksumMismatch, at: path, why))
        }
        if dataset.statedSHA256 == nil {
            findings.append(Finding(.missingObject, at: dataset.path, "the attribute 'sha256' is missing"))
        } else if dataset.statedSHA256 != sha256, findings.isEmpty {
            findings.append(
                Finding(.checksumMismatch, at: dataset.path, "the bytes do not match the SHA-256 beside them"))
        }
        return (sha256, findings)
    }
}
