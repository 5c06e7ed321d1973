import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// A store never opens another file: what leads out of it is refused before a value is read.
@Suite struct ForeignContentTests {
    @Test(arguments: WayOut.all) func isRefused(_ way: WayOut) throws {
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

extension WayOut: CustomTestStringConvertible {
    public var testDescription: String { name }
}
