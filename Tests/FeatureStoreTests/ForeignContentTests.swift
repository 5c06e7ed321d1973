import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// A store never opens another file: what leads out of it is refused before a value is read.
@Suite struct ForeignContentTests {
    /// A way out of a store, planted into one.
    struct WayOut: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var place: String
        var plant: @Sendable (borrowing File, _ other: String) throws -> Void
    }

    static let all: [WayOut] =
        ["/utterances", "/utterances/label", "/features/audio", "/speakers", "/checksums/utterances", "/provenance"].map
    {
        place in
        WayOut(testDescription: "external link at \(place)", place: place) { file, other in
            try file.delete(place)
            try file.createExternalLink(place, file: other, path: place)
        }
    } + [
        WayOut(testDescription: "unknown external link", place: "/mood") { file, other in
            try file.createExternalLink("/mood", file: other, path: "/")
        },
        WayOut(testDescription: "soft link", place: "/checksums/soft") { file, _ in
            try file.createSoftLink("/checksums/soft", to: "/features")
        },
        WayOut(testDescription: "second name", place: "/features/copy") { file, _ in
            try file.createHardLink("/features/copy", to: "/features/audio")
        },
        WayOut(testDescription: "loop", place: "/extra/again") { file, _ in
            try file.createGroup("/extra")
            try file.createHardLink("/extra/again", to: "/extra")
        },
    ]
        + ForeignStorage.allCases.map { storage in
            WayOut(testDescription: "\(storage) storage", place: "/features/audio") { file, _ in
                try file.delete("/features/audio")
                try file.createDataset("/features/audio", storedAs: storage, shape: [45, 7])
            }
        }

    @Test(arguments: all) func isRefused(_ way: WayOut) throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        try SyntheticStore().write(to: folder.file("other.h5"))
        let file = try File(updating: folder.file("store.h5"))
        try way.plant(file, folder.file("other.h5"))
        try file.close()
        let canary = try Canary(folder.file("other.h5"))
        let error = try #require(throws: StoreError.self) { _ = try Store(opening: folder.file("store.h5")) }
        #expect(error.reason == .foreign && error.object == way.place, "\(error)")
        #expect(!canary.wasOpened)
    }

    @Test(.timeLimit(.minutes(1))) func pipesAreNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file("pipe.h5"), 0o600) == 0)
        let error = try #require(throws: StoreError.self) { _ = try Store(opening: folder.file("pipe.h5")) }
        #expect(error.reason == .unreadable && error.message.contains("regular file"))
    }
}
