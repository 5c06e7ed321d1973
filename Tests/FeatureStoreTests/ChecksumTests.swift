import FeatureStore
import Foundation
import Testing

@Suite struct ChecksumTests {
    @Test func knownValues() {
        var crc = CRC32()
        Array("12345".utf8).withUnsafeBytes { crc.update($0) }
        Array("6789".utf8).withUnsafeBytes { crc.update($0) }
        #expect(crc.value == 0xCBF4_3926)
        var sha = SHA256Digest()
        Array("abc".utf8).withUnsafeBytes { sha.update($0) }
        #expect(sha.hexadecimal() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    /// Long stretches go through carry-less products, single bytes through tables: both give the same.
    @Test func longAndShortStretchesAgree() {
        let bytes = (0..<1500).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
        for (start, count) in [(0, 1500), (1, 127), (3, 128), (5, 129), (2, 191), (7, 192), (0, 208), (9, 1024), (11, 1337)] {
            var (whole, single) = (CRC32(), CRC32())
            let part = Array(bytes[start..<start + count])
            part.withUnsafeBytes { whole.update($0) }
            for byte in part { [byte].withUnsafeBytes { single.update($0) } }
            #expect(whole.value == single.value, "\(count) bytes from \(start)")
        }
    }

    /// However the bytes arrive, the blocks are the same.
    @Test(arguments: [1, 3, 8, 64, 1000]) func piecesDoNotMatter(piece: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        func digest(_ piece: Int) -> (blocks: [UInt32], sha256: String) {
            var digest = DatasetDigest(rowBytes: 4, rowsPerBlock: 16)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                Array(bytes[start..<min(start + piece, bytes.count)]).withUnsafeBytes { digest.update($0) }
            }
            return digest.finish()
        }
        let (blocks, sha256) = digest(piece)
        #expect(blocks.count == 16, "1000 bytes in blocks of 64")
        #expect(blocks == digest(1000).blocks && sha256 == digest(1000).sha256)
    }

    @Test func welfordSurvivesLargeMeans() {
        var statistics = ColumnStatistics(width: 1)
        for value: Float in [1_000_001, 1_000_002, 1_000_003] { [value].withUnsafeBufferPointer { statistics.add($0) } }
        #expect(statistics.mean == [1_000_002])
        #expect(abs(statistics.standardDeviation()[0] - (2.0 / 3).squareRoot()) < 1e-9)
    }

    @Test func versionsAreThreeNumbers() {
        #expect(FormatVersion("1.20.3") == FormatVersion(major: 1, minor: 20, patch: 3))
        for text in ["", "1", "1.0", "1.0.0.0", "1.a.0", "v1.0.0"] { #expect(FormatVersion(text) == nil) }
        #expect("\(FormatVersion.current)" == "1.0.0")
    }
}
