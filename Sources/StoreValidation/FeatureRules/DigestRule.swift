import FeatureStore
import HDF5

/// The checksums of feature rows, taken while they are in memory for the other rules; ``ChecksumRule`` reports them.
final class DigestRule: FeatureRule {
    static let codes: [FindingCode] = [.checksumMismatch, .contentMismatch, .missingObject]

    private let store: StoreInspection
    private var expected: ExpectedBlocks?
    private var digest = DatasetDigest(rowBytes: 4)
    private var rows = 0

    init(_ store: StoreInspection) { self.store = store }

    func begin(_ feature: FeatureInspection) {
        expected = try? store.file.expectedBlocks(of: feature.path)
        // Without usable checksums the dataset is left to ChecksumRule, which says what is wrong with them.
        if expected?.rowsPerBlock == 0 { expected = nil }
        rows = 0
        digest = DatasetDigest(
            rowBytes: 4 * feature.width, rowsPerBlock: expected?.rowsPerBlock, content: store.needsContentDigests)
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>) {
        self.rows += rows.count
        digest.update(UnsafeRawBufferPointer(values))
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        guard let expected else { return [] }
        let (blocks, sha256) = digest.finish()
        store.featureChecks[feature.path] = expected.compare(blocks, sha256: sha256, rowCount: rows)
        return []
    }
}
