import FeatureStore
import HDF5

/// What the pass over the features has found of their bytes, for the rules that report checksums.
struct RowEvidence {
    /// What their block checksums say, by path.
    var checks: [String: BlockCheck] = [:]
    /// The parts of the file that were read, with their checksums.
    var extents: [KnownExtent] = []
}

/// The checksums of feature rows, taken while they are in memory for the other rules; ``ChecksumRule`` reports them.
final class DigestRule: FeatureRule {
    static let codes: [FindingCode] = [.checksumMismatch, .contentMismatch, .missingObject]

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
