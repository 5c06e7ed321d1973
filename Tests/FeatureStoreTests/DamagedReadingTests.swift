import FeatureStore
import Foundation
import HDF5
import Tensors
import TestSupport
import Testing

/// What reads a store as training does, opening, checking, then reading, gets an error or the right values: never others.
@Suite struct DamagedReadingTests {
    /// Everything that training reads.
    private struct Content: Equatable {
        var dialogues: [StoreDialogue]
        var labels: [Int32]
        var speakers: [UInt32]
        var features: [FeatureDescription]
        var splits: [String]
        var rows: [[Float]]

        init(_ path: String) throws {
            let store = try Store(opening: path)
            try store.verify()
            dialogues = store.dialogues
            labels = store.labels
            speakers = store.speakers
            features = store.features
            splits = store.splits.map(\.name)
            rows = try store.features.map { try store.readRows(of: $0.name, 0..<store.utteranceCount) }
        }
    }

    @Test(arguments: [nil, 4] as [Int?]) func flippedBitsNeverGiveWrongValues(compressionLevel: Int?) throws {
        let folder = try TemporaryFolder()
        var synthetic = SyntheticStore()
        synthetic.textLayers = 1
        try synthetic.write(
            to: folder.file("store.h5"), options: StoreWriterOptions(compressionLevel: compressionLevel))
        let bytes = try Data(contentsOf: URL(filePath: folder.file("store.h5")))
        let content = try Content(folder.file("store.h5"))
        var random = SplitMix64(seed: 11)
        var refused = 0
        for trial in 0..<120 {
            // Half of the flips go to the beginning, where the metadata is.
            let bit = Int.random(in: 0..<(trial % 2 == 0 ? 8 * bytes.count : 8 * 4096), using: &random)
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: URL(filePath: folder.file("damaged.h5")))
            do {
                #expect(try Content(folder.file("damaged.h5")) == content, "bit \(bit) gives other values")
            } catch let error as StoreError {
                refused += 1
                #expect(!error.description.contains("\n") && error.description.contains("damaged.h5"))
            }
        }
        #expect(refused > 20)
    }

    @Test func cutFilesNeverGiveWrongValues() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let bytes = try Data(contentsOf: URL(filePath: folder.file("store.h5")))
        let content = try Content(folder.file("store.h5"))
        var random = SplitMix64(seed: 12)
        for _ in 0..<40 {
            let length = Int.random(in: 0..<bytes.count, using: &random)
            try bytes.prefix(length).write(to: URL(filePath: folder.file("short.h5")))
            do {
                #expect(try Content(folder.file("short.h5")) == content, "\(length) bytes give other values")
            } catch is StoreError {}
        }
    }

    /// Checksums that hold do not make a store that training can use.
    @Test func dialoguesWithoutUtterancesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let file = try File(updating: path)
        let offsets = try file.openDataset("/dialogues/utterance_offset")
        try offsets.write(rows: 3..<4, from: [try offsets.readAll(as: UInt64.self)[4]])
        try file.reseal("/dialogues/utterance_offset")
        try file.close()
        let error = try #require(throws: StoreError.self) { _ = try Store(opening: path) }
        #expect(error.reason == .malformed && error.message.hasPrefix("dialogue 'dialogue-3' has no utterances"))
    }
}
