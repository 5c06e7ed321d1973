import Concurrency
import FeatureStore
import HDF5

extension FindingCode {
    package static let notHDF5 = FindingCode(
        "E001", title: "not HDF5, or truncated",
        hint: "Give a store that 'vuemo convert' wrote; if it is one, copy it again or convert it again.")
    package static let noClosingChecksum = FindingCode(
        "W141", title: "no closing checksum",
        hint:
            "Another tool rewrote the file, or its last line was cut off; data and metadata were checked by their own checksums."
    )
}

/// The file's last line matches all bytes before it.
struct ClosingChecksumRule: Rule {
    static let codes: [FindingCode] = [.checksumMismatch, .notHDF5, .noClosingChecksum]
    let readsData = true

    func findings(in store: StoreInspection) throws -> [Finding] {
        switch try store.closing ?? ClosingChecksum.state(of: store.path) {
        case .valid: []
        case .mismatch:
            [Finding(.checksumMismatch, at: "/", "the file's bytes do not match the checksum in its last line")]
        case .malformed:
            [Finding(.notHDF5, at: "/", "the file's last line, its closing checksum, is damaged or cut off")]
        case .missing: [Finding(.noClosingChecksum, at: "/", "the file does not end with a checksum over its bytes")]
        }
    }
}

extension FindingCode {
    package static let checksumMismatch = FindingCode(
        "E020", title: "checksum mismatch",
        hint: "The file changed after it was written: copy it again or convert it again.")
    package static let contentMismatch = FindingCode("E021", title: "content id mismatch", hint: Hint.convertAgain)
}

/// Every dataset matches its block checksums and its SHA-256, and all of them together the content id.
struct ChecksumRule: Rule {
    static let codes: [FindingCode] = [.checksumMismatch, .contentMismatch, .missingObject]
    let readsData = true

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        var digestOfBytes: [String: String] = [:]
        // Where the last line vouches for every byte since the writer took the SHA-256 of features, the stated ones stand.
        let digests = Self.digests(of: store.closing == .valid ? [] : store.rowEvidence.checks.keys.sorted(), store)
        for path in store.datasets.keys.sorted() where !path.hasPrefix(StorePath.checksums + "/") {
            guard let dataset = store.datasets[path], dataset.type.numpyName != nil else { continue }
            do {
                let (sha256, found) = try check(dataset, store, digests[path])
                findings += found
                digestOfBytes[path] = sha256
            } catch {
                findings.append(
                    Finding(.checksumMismatch, at: path, "it cannot be read: \(StoreValidator.reason(error))"))
            }
        }
        // Where the version cannot be read, another rule says so; a newer one may define the id otherwise.
        guard let stated = try? store.file.readString(attribute: "content_id"),
            let version = (try? store.file.readString(attribute: "format_version")).flatMap(FormatVersion.init),
            let definition = ContentIdentifier.Definition(version),
            let content = try? store.file.contentID(
                definition, datasets: digestOfBytes.keys.sorted(), sha256: { digestOfBytes[$0] }),
            stated != content
        else { return findings }
        findings.append(
            Finding(
                .contentMismatch, at: "/",
                "the content is \(content.prefix(16))…, but the file says \(stated.prefix(16))…"))
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
        Compute.forEach(paths.count) { index in
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
        switch try store.rowEvidence.checks[dataset.path] ?? store.file.checkBlocks(of: opened, content: true) {
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

/// What the pass over the features has found of their bytes, for the rules that report checksums.
struct RowEvidence {
    /// What their block checksums say, by path.
    var checks: [String: BlockCheck] = [:]
    /// The parts of the file that were read, with their checksums.
    var extents: [KnownExtent] = []
}

/// The checksums of feature rows, taken while they are in memory for the other rules; ``ChecksumRule`` reports them.
final class DigestRule: FeatureRule {
    static let codes = ChecksumRule.codes

    /// The checksum of some rows of one block.
    struct Segment {
        var row: Int
        var block: Int
        var bytes: Int
        var checksum: CRC32
    }

    private let store: StoreInspection
    private var expected: ExpectedBlocks?
    private(set) var evidence = RowEvidence()

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        expected = try? store.file.expectedBlocks(of: feature.path)
        // Without usable checksums the dataset is left to ChecksumRule, which says what is wrong with them.
        if expected?.rowsPerBlock == 0 { expected = nil }
    }

    func part(of feature: FeatureInspection) -> [Segment] { [] }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ segments: inout [Segment]) {
        let rowBytes = 4 * values.count / max(rows.count, 1)
        let rowsPerBlock = expected?.rowsPerBlock ?? .max
        var row = rows.lowerBound
        while row < rows.upperBound {
            let block = row / rowsPerBlock
            let end = min(rows.upperBound, row + (rowsPerBlock - row % rowsPerBlock))
            let own = (row - rows.lowerBound) * rowBytes..<(end - rows.lowerBound) * rowBytes
            var checksum = CRC32()
            checksum.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(values)[own]))
            segments.append(Segment(row: row, block: block, bytes: own.count, checksum: checksum))
            row = end
        }
    }

    func end(_ feature: FeatureInspection, _ parts: [[Segment]]) -> [Finding] {
        var (whole, bytes, blocks) = (CRC32(), 0, [CRC32]())
        for segment in parts.joined().sorted(by: { $0.row < $1.row }) {
            whole.append(segment.checksum, count: segment.bytes)
            bytes += segment.bytes
            if segment.block == blocks.count { blocks.append(CRC32()) }
            blocks[segment.block].append(segment.checksum, count: segment.bytes)
        }
        if let offset = feature.offset {
            evidence.extents.append(KnownExtent(offset: offset, bytes: bytes, checksum: whole))
        }
        if let expected {
            evidence.checks[feature.path] = expected.compare(
                blocks.map(\.value), sha256: "", rowCount: feature.rows)
        }
        return []
    }
}
