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

    /// The fast way and the table's way give one value, whatever the length and the place in memory.
    @Test func everyLengthGivesTheValueOfItsBits() {
        func slow(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            var crc = ~UInt32(0)
            for byte in bytes {
                crc ^= UInt32(byte)
                for _ in 0..<8 {
                    let shifted: UInt32 = crc >> 1
                    crc = crc & 1 == 1 ? shifted ^ 0xEDB8_8320 : shifted
                }
            }
            return ~crc
        }
        let bytes: [UInt8] = (0..<700).map { (index: Int) in UInt8(truncatingIfNeeded: index * index * 31 + index / 8) }
        for count in [0, 1, 15, 16, 63, 64, 65, 79, 80, 127, 128, 129, 143, 200, 256, 300, 511, 512, 640, 690] {
            for start in [0, 1, 7] {
                var crc = CRC32()
                bytes.withUnsafeBytes { crc.update(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
                #expect(crc.value == slow(bytes[start..<start + count]), "\(count) bytes from \(start)")
                var (first, second) = (CRC32(), CRC32())
                bytes.withUnsafeBytes {
                    first.update(UnsafeRawBufferPointer(rebasing: $0[start..<start + count / 3]))
                    second.update(UnsafeRawBufferPointer(rebasing: $0[start + count / 3..<start + count]))
                }
                first.append(second, count: count - count / 3)
                #expect(first.value == crc.value)
            }
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
        #expect("\(FormatVersion.current)" == "1.1.0")
    }
}
