import FeatureStore
import Foundation
import HDF5
import StoreValidation
import Tensors
import TestSupport
import Testing

@Suite struct DamageTests {
    /// Every bit counts: data, metadata, gaps and the last line. None may crash, none may pass.
    @Test(arguments: [nil, 4] as [Int?]) func everyFlippedBitIsFound(compressionLevel: Int?) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        var synthetic = SyntheticStore()
        synthetic.textLayers = 1
        try synthetic.write(to: path, options: StoreWriterOptions(compressionLevel: compressionLevel))
        let bytes = try Data(contentsOf: URL(filePath: path))
        var random = SplitMix64(seed: 7)
        for trial in 0..<80 {
            // Half of the flips go to the first bytes and to the metadata there, which are the most delicate.
            let bit = Int.random(in: 0..<(trial % 2 == 0 ? 8 * bytes.count : 8 * 4096), using: &random)
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: URL(filePath: folder.file("damaged.h5")))
            let report = try StoreValidator.validate(folder.file("damaged.h5"))
            #expect(report.fails(on: .error), "bit \(bit) of \(8 * bytes.count) went unnoticed")
        }
    }

    @Test func everyTruncationIsFound() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        var synthetic = SyntheticStore()
        synthetic.textLayers = 1
        try synthetic.write(to: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        let lengths =
            [0, 1, 8, 47, 48, 100] + stride(from: 200, to: bytes.count, by: 4999) + (bytes.count - 30..<bytes.count)
        for length in lengths {
            try bytes.prefix(length).write(to: URL(filePath: folder.file("short.h5")))
            let report = try StoreValidator.validate(folder.file("short.h5"))
            if length == bytes.count - ClosingChecksum.byteCount {
                // Exactly the last line is gone, and with it nothing of the content.
                #expect(report.findings.contains { $0.code == .noClosingChecksum })
            } else {
                #expect(report.fails(on: .error), "\(length) of \(bytes.count) bytes pass")
            }
        }
        #expect(try StoreValidator.validate(path).count(.error) == 0)
    }
}
