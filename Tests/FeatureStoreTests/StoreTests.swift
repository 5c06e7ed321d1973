import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct StoreTests {
    /// Ids are bytes: two that only look alike are two.
    @Test func namesAreComparedByTheirBytes() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5")) {
            $0.dialogues[0].id = "caf\u{E9}"
            $0.dialogues[1].id = "cafe\u{301}"
            $0.labelNames[0] = "\u{E9}"
            $0.labelNames[1] = "e\u{301}"
        }
        #expect(try Store(opening: folder.file("store.h5")).dialogues.count == 11)
    }

    /// What another program has open, or left open when it was killed, is not called damaged.
    @Test func aFileLeftOpenIsNotCalledDamaged() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        // A writer marks the file as its own until it closes it; the copy keeps the mark.
        let file = try File(updating: path)
        try FileManager.default.copyItem(atPath: path, toPath: folder.file("left.h5"))
        try file.close()
        let error = try #require(throws: StoreError.self) { _ = try Store(opening: folder.file("left.h5")) }
        #expect(error.reason == .unreadable && error.description.contains("h5clear"), "\(error)")
    }

    private func sentence(opening path: String) throws -> (reason: StoreError.Reason, description: String) {
        let error = #expect(throws: StoreError.self) { _ = try Store(opening: path) }
        return (try #require(error).reason, try #require(error).description)
    }

    @Test func otherFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        #expect(try sentence(opening: folder.file("none.h5")).reason == .unreadable)
        try Data("version https://git-lfs.github.com/spec/v1".utf8).write(to: URL(filePath: folder.file("pointer.h5")))
        #expect(try sentence(opening: folder.file("pointer.h5")).reason == .notHDF5)
        try File(creating: folder.file("other.h5")).close()
        #expect(try sentence(opening: folder.file("other.h5")).reason == .notAStore)
        #expect(try sentence(opening: folder.path).reason == .unreadable)
    }

    @Test func versionsAreHeeded() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        func mark(_ version: String) throws {
            let file = try File(updating: path)
            try file.write(version, attribute: "format_version")
            try file.close()
        }
        try mark("2.1.0")
        let newer = try sentence(opening: path)
        #expect(newer.reason == .unsupportedVersion)
        #expect(newer.description.contains("2.1.0") && newer.description.contains("1.1.0"))
        try mark("1.9.3")
        #expect(try Store(opening: path).formatVersion == FormatVersion(major: 1, minor: 9, patch: 3))
        try mark("latest")
        #expect(try sentence(opening: path).reason == .malformed)
    }

    @Test func incompleteStoresAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let file = try File(updating: path)
        try file.write(UInt8(0), attribute: "complete")
        try file.close()
        #expect(try sentence(opening: path).reason == .incomplete)
    }

    @Test func damagedTablesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let file = try File(updating: path)
        let labels = try file.openDataset("/utterances/label")
        try [Int32(2)].withUnsafeBufferPointer { try labels.write(rows: 0..<1, from: $0) }
        try [Int32(1)].withUnsafeBufferPointer { try labels.write(rows: 0..<1, from: $0) }
        try file.close()
        let found = try sentence(opening: path)
        #expect(found.reason == .damaged)
        #expect(found.description.contains("/utterances/label"))
    }

    @Test func verificationNamesTheRows() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        var synthetic = SyntheticStore()
        // Two blocks of rows.
        (synthetic.audioWidth, synthetic.utterances) = (3000, 4...6)
        try synthetic.write(to: path)
        try Store(opening: path).verify()
        let file = try File(updating: path)
        let audio = try file.openDataset("/features/audio")
        let row = [Float](repeating: 0.5, count: 3000)
        try row.withUnsafeBufferPointer { try audio.write(rows: 30..<31, from: $0) }
        try file.close()
        let store = try Store(opening: path)
        try store.verify(features: ["visual"])
        let error = #expect(throws: StoreError.self) { try store.verify() }
        #expect(error?.reason == .damaged)
        #expect(error?.object == "/features/audio")
        #expect(error?.message.contains("rows 21 to 41") == true)
    }

    @Test func unknownFeaturesAreNamed() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        let error = #expect(throws: StoreError.self) { try store.readRows(of: "smell", 0..<1) }
        #expect(error?.description.contains("audio, text_roberta_1") == true)
    }

    @Test func choosesSplitsAndFeatures() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        try synthetic.write(to: folder.file("store.h5")) { manifest in
            manifest.features.append(FeatureDescription(name: "text_base", modality: .text, width: 4))
        }
        let store = try Store(opening: folder.file("store.h5"))
        #expect(store.dialogues(inSplit: "valid") == [6, 7])
        #expect(store.dialogues(inSplit: "dev") == [])
        #expect(
            store.features(of: .text).map(\.name) == (1...4).map { "text_roberta_\($0)" },
            "layers go before a lone feature")
        #expect(store.features(of: .audio).map(\.name) == ["audio"])
        #expect(store.feature(named: "text_base")?.width == 4)
    }

    @Test func readsFromManyThreads() async throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        try synthetic.write(to: folder.file("store.h5"), options: StoreWriterOptions(compressionLevel: 1))
        let store = try Store(opening: folder.file("store.h5"))
        let expected = synthetic.rows(of: synthetic.features[4], in: synthetic.manifest)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    try (0..<40).allSatisfy { step in
                        let row = (task * 7 + step) % store.utteranceCount
                        return try store.readRows(of: "audio", row..<row + 1)
                            == Array(expected[row * 7..<(row + 1) * 7])
                    }
                }
            }
            for try await equal in group { #expect(equal) }
        }
    }

    /// Nobody computed these: every command but validate leaves such a file alone.
    @Test(arguments: ["content_id", "label digest", "feature digest", "modality"])
    func statedIdentitiesAreChecked(what: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        var synthetic = SyntheticStore()
        synthetic.seed = 2
        let other = try synthetic.write(to: folder.file("other.h5"))
        let file = try File(updating: path)
        switch what {
        case "content_id": try file.write(other.contentID, attribute: "content_id")
        case "label digest":
            try file.openDataset(StorePath.label).overwrite(String(repeating: "0", count: 64), attribute: "sha256")
        case "feature digest":
            let digest = try File(opening: folder.file("other.h5")).openDataset("/features/audio")
                .readString(attribute: "sha256")
            try file.openDataset("/features/audio").overwrite(digest, attribute: "sha256")
            let id = try file.statedContentID(.meaning, datasets: file.contents().datasets)
            try file.write(id, attribute: "content_id")
        default: try file.openDataset("/features/audio").write("visual", attribute: "modality")
        }
        try file.close()
        if what == "feature digest" {
            let error = #expect(throws: StoreError.self) { try Store(opening: path).verify() }
            #expect(error?.reason == .damaged && error?.object == "/features/audio")
        } else {
            let error = #expect(throws: StoreError.self) { try Store(opening: path) }
            #expect(error?.reason == .damaged)
        }
    }

    /// Names are bytes: letters that are composed in two ways are two names.
    @Test func namesThatSwiftTakesForOneAreTwo() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        var manifest = SyntheticStore().manifest
        manifest.features = [("caf\u{E9}", 2), ("cafe\u{301}", 3)].map {
            FeatureDescription(name: $0, modality: .audio, width: $1)
        }
        _ = try StoreWriter.write(manifest, to: path) { writer in
            for feature in manifest.features {
                try writer.append(
                    rows: [Float](repeating: Float(feature.width), count: manifest.utteranceCount * feature.width),
                    to: feature.name)
            }
        }
        let store = try Store(opening: path)
        #expect(store.feature(named: "caf\u{E9}")?.width == 2 && store.feature(named: "cafe\u{301}")?.width == 3)
        #expect(try store.readRows(of: "caf\u{E9}", 0..<1) == [2, 2])
        #expect(try store.readRows(of: "cafe\u{301}", 0..<1) == [3, 3, 3])
    }
}
