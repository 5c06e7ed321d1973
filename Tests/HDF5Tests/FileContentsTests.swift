import Foundation
import HDF5
import TestSupport
import Testing

/// Nothing in a file leads out of it.
@Suite struct FileContentsTests {
    private func written(_ folder: TemporaryFolder, _ change: (borrowing File) throws -> Void) throws -> String {
        let path = folder.file("file.h5")
        let file = try File(creating: path)
        try file.write([1, 2, 3], to: "a/b/numbers")
        try file.write([4], to: "c/numbers")
        try change(file)
        try file.close()
        return path
    }

    @Test func everyObjectIsListedOnce() throws {
        let folder = try TemporaryFolder()
        let contents = try File(opening: written(folder) { _ in }).contents()
        #expect(contents.groups == ["/", "/a", "/a/b", "/c"])
        #expect(contents.datasets == ["/a/b/numbers", "/c/numbers"])
        #expect(contents.refused.isEmpty && contents.unreadable.isEmpty)
    }

    @Test func linksAndLoopsAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder) { file in
            try file.createSoftLink("/a/soft", to: "/c")
            try file.createExternalLink("/a/elsewhere", file: "other.h5", path: "/")
            try file.createHardLink("/a/b/again", to: "/a")
            try file.createHardLink("/z", to: "/c/numbers")
            for index in 0..<20 { try file.createHardLink("/loop\(index)", to: "/") }
        }
        let contents = try File(inspecting: path).contents()
        #expect(contents.groups == ["/", "/a", "/a/b", "/c"])
        let refused = Dictionary(uniqueKeysWithValues: contents.refused.map { ($0.path, $0.refusal) })
        #expect(refused.count == 24)
        #expect(refused["/a/soft"] == .link && refused["/a/elsewhere"] == .link)
        #expect(refused["/a/b/again"] == .repeated("/a") && refused["/loop7"] == .repeated("/"))
        // The root's own members are visited before what lies in its groups.
        #expect(refused["/c/numbers"] == .repeated("/z"))
        let error = try #require(throws: HDF5Error.self) { _ = try File(opening: path) }
        #expect(error.object == contents.refused.first?.path)
    }

    @Test func groupsWithinGroupsEnd() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder) { try $0.createGroup(String(repeating: "/g", count: 200)) }
        let contents = try File(inspecting: path).contents()
        #expect(contents.refused.map(\.refusal) == [.depth])
    }

    @Test(arguments: ForeignStorage.allCases) func foreignStorageIsRefused(_ storage: ForeignStorage) throws {
        let folder = try TemporaryFolder()
        let path = try written(folder) { try $0.createDataset("/foreign", storedAs: storage, shape: [40, 3]) }
        #expect(try #require(throws: HDF5Error.self) { _ = try File(opening: path) }.object == "/foreign")
        let file = try File(inspecting: path)
        #expect(file.contents().refused.count == 1)
        #expect(throws: HDF5Error.self) { _ = try file.openDataset("/foreign") }
    }

    @Test func linksToOtherFilesLeadNowhere() throws {
        let folder = try TemporaryFolder()
        try File(creating: folder.file("other.h5")).close()
        let canary = try Canary(folder.file("other.h5"))
        let path = try written(folder) { try $0.createExternalLink("/out", file: folder.file("other.h5"), path: "/") }
        let file = try File(inspecting: path)
        #expect(throws: HDF5Error.self) { _ = try file.openGroup("/out") }
        #expect(throws: HDF5Error.self) { _ = try file.readString(attribute: "x", of: "/out") }
        let exists = file.exists("/out/x")
        #expect(!exists)
        #expect(!canary.wasOpened)
        _ = try File(opening: folder.file("other.h5"))
        #expect(canary.wasOpened, "the canary sees nothing")
    }

    @Test(arguments: OddType.allCases) func typesAreComparedWhole(_ type: OddType) throws {
        let folder = try TemporaryFolder()
        let path = try written(folder) { try $0.createDataset("/odd", ofOddType: type, count: 3) }
        #expect(try File(opening: path).openDataset("/odd").elementType == .other)
    }

    @Test(.timeLimit(.minutes(1))) func pipesAndDevicesAreNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file("pipe.h5"), 0o600) == 0)
        for path in [folder.file("pipe.h5"), "/dev/null", "/dev/zero"] {
            let error = try #require(throws: HDF5Error.self) { _ = try File(opening: path) }
            #expect(error.message.contains("not a regular file"))
            #expect(!File.isHDF5(path))
        }
    }
}
