import Foundation
import Files
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private struct Interruption: Error {}

    @Test func replacesOnlyOnSuccess() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.txt")
        let result = try AtomicFile.replace(path) { temporary in
            #expect(!FileManager.default.fileExists(atPath: temporary))
            try Data("first".utf8).write(to: URL(filePath: temporary))
            #expect(!FileManager.default.fileExists(atPath: path))
            return 5
        }
        #expect(result == 5)
        #expect(throws: Interruption.self) {
            try AtomicFile.replace(path) { temporary in
                try Data("second".utf8).write(to: URL(filePath: temporary))
                throw Interruption()
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "first")
        #expect(try folder.names() == ["file.txt"])
    }

    @Test func followsLinks() throws {
        let folder = try TemporaryFolder()
        try Data("old".utf8).write(to: URL(filePath: folder.file("real.txt")))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.txt"), withDestinationPath: folder.file("real.txt"))
        try AtomicFile.replace(folder.file("link.txt")) { try Data("new".utf8).write(to: URL(filePath: $0)) }
        #expect(try String(contentsOfFile: folder.file("real.txt"), encoding: .utf8) == "new")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.txt"))
                == folder.file("real.txt"))
    }

    @Test func removesWhatNobodyWritesAnyMore() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.txt")
        // Another process would hold its lock as this one does: locks belong to descriptors.
        let living = try PartialFolder(beside: path, reportedAs: path)
        try Data(count: 10).write(to: URL(filePath: living.content))
        let other = ".file.txt.txt.0123abcd.partial"
        for name in [".file.txt.0123abcd.partial", ".file.txt.11111111.partial", other] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        }
        try Data().write(to: URL(filePath: folder.file(".file.txt.0123abcd.partial/lock")))
        try Data(count: 100_000).write(to: URL(filePath: folder.file(".file.txt.0123abcd.partial/file.txt")))
        // What somebody else put there, and what only looks alike.
        try Data().write(to: URL(filePath: folder.file(".file.txt.11111111.partial/mine.txt")))
        try Data().write(to: URL(filePath: folder.file(".file.txt.22222222.partial")))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file(".file.txt.33333333.partial"), withDestinationPath: folder.file(other))
        let before = Set(try folder.names())
        let removed = PartialFolder.removeAbandoned(of: path)
        #expect(removed.folders == 1 && removed.bytes >= 100_000)
        #expect(before.subtracting(try folder.names()) == [".file.txt.0123abcd.partial"])
        #expect(FileManager.default.fileExists(atPath: living.content))
        living.remove()
        try AtomicFile.replace(path) { try Data().write(to: URL(filePath: $0)) }
        #expect(
            Set(try folder.names())
                == before.subtracting([
                    ".file.txt.0123abcd.partial",
                    ((living.content as NSString).deletingLastPathComponent as NSString).lastPathComponent,
                ]).union(["file.txt"]))
    }

    /// What a killed process left beside the file that a link leads to.
    @Test func leftoversLieBesideTheTargetOfALink() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("there/.real.txt.0123abcd.partial"), withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: folder.file("there/real.txt")))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.txt"), withDestinationPath: folder.file("there/real.txt"))
        #expect(PartialFolder.removeAbandoned(of: folder.file("link.txt")).folders == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("there")) == ["real.txt"])
    }

    @Test func namesMayBeAsLongAsTheSystemTakes() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "ä", count: 127)
        try AtomicFile.replace(folder.file(name)) { try Data("x".utf8).write(to: URL(filePath: $0)) }
        #expect(try folder.names().map { Array($0.utf8) } == [Array(name.utf8)])
    }

    @Test(arguments: [
        ("a", ".", "a"), ("é", ".", "é"), (" ", ".", " "), ("/", "/", ""), ("//", "/", ""), ("/a", "/", "a"),
        ("a/", ".", "a"),
        ("a/b", "a", "b"), ("a//b//", "a", "b"), ("/a/b.c", "/a", "b.c"), ("", ".", ""), ("./x", ".", "x"),
    ])
    func pathsHaveParts(_ path: String, _ folder: String, _ name: String) {
        #expect(PathParts.folder(of: path) == folder)
        #expect(PathParts.name(of: path) == name)
    }

    /// A hidden temporary name means nothing to a user.
    @Test func errorsNameTheTarget() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: FilesError.self) {
            try AtomicFile.replace(folder.file("file.txt")) { temporary in
                throw FilesError("write", temporary, systemError: ENOSPC)
            }
        }
        #expect(error.path == folder.file("file.txt") && error.systemError == ENOSPC)
        #expect(try folder.names().isEmpty)
    }

    @Test func refusesImpossibleTargets() throws {
        let folder = try TemporaryFolder()
        func message(_ path: String) throws -> String {
            let error = #expect(throws: FilesError.self) {
                try AtomicFile.replace(path) { _ in Issue.record("the contents were asked for") }
            }
            return try #require(error).description
        }
        #expect(try message(folder.file("missing/file.txt")).contains("does not exist"))
        #expect(try message(folder.path).contains("it is a folder"))
        try Data().write(to: URL(filePath: folder.file("plain")))
        #expect(try message(folder.file("plain/file.txt")).contains("plain"))
    }

    @Test func onlyRegularFilesAreReplaced() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("to-pipe"), withDestinationPath: folder.file("pipe"))
        try FileManager.default.createSymbolicLink(atPath: folder.file("to-nothing"), withDestinationPath: "nothing")
        for path in [folder.file("pipe"), folder.file("to-pipe"), folder.file("to-nothing"), "/dev/null"] {
            for overwrites in [true, false] {
                #expect(throws: FilesError.self) {
                    try AtomicFile.replace(path, overwrites: overwrites) { _ in Issue.record("\(path) was written") }
                }
            }
        }
        #expect(try folder.names() == ["pipe", "to-nothing", "to-pipe"])
    }

    @Test func nothingIsReplacedEvenInARace() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.txt")
        let error = try #require(throws: FilesError.self) {
            try AtomicFile.replace(path, overwrites: false) { temporary in
                try Data("second".utf8).write(to: URL(filePath: temporary))
                try AtomicFile.replace(path, overwrites: false) { try Data("first".utf8).write(to: URL(filePath: $0)) }
            }
        }
        #expect(error.systemError == EEXIST)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "first")
        #expect(try folder.names() == ["file.txt"])
    }
}
