import FeatureStore
import Foundation
import TestSupport
import Testing

/// A write that does not come to its end leaves no trace under the final name.
@Suite struct InterruptionTests {
    private struct Interruption: Error {}

    @Test func failureLeavesTheOldStore() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let before = try Data(contentsOf: URL(filePath: path))
        var other = SyntheticStore()
        other.seed = 2
        #expect(throws: Interruption.self) {
            try StoreWriter.write(other.manifest, to: path) { writer in
                try writer.append(rows: [Float](repeating: 1, count: other.audioWidth), to: "audio")
                throw Interruption()
            }
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        #expect(try folder.names() == ["store.h5"])
    }

    @Test func killedWriteLeavesTheOldStore() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let before = try Data(contentsOf: URL(filePath: path))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let other = SyntheticStore()
            _ = try StoreWriter.write(other.manifest, to: path) { writer in
                try writer.append(
                    rows: other.rows(of: other.features[0], in: other.manifest), to: other.features[0].name)
                raise(SIGKILL)
            }
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        // What the killed process left does not hinder the next.
        try SyntheticStore().write(to: path)
        #expect(try Store(opening: path).dialogues.count == 11)
    }

    /// A limit on file sizes fails as a full disk does: anywhere, up to the very last byte.
    @Test(arguments: [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1]) func fullDiskIsOneSentence(fraction: Double)
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        let limit = Int(fraction * Double(try SyntheticStore().write(to: path).bytes - 1))
        let before = try Data(contentsOf: URL(filePath: path))
        await #expect(processExitsWith: .success) { [path = path as String, limit = limit as Int] in
            signal(SIGXFSZ, SIG_IGN)
            var bounds = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bounds)
            let error = #expect(throws: StoreError.self) { try SyntheticStore().write(to: path) }
            #expect(error?.reason == .system)
            #expect(error?.description.contains("larger than this process may write") == true)
        }
        #expect(try folder.names() == ["store.h5"])
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
}
