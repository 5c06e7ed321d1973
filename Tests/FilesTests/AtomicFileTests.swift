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

    @Test func removesOnlyOldLeftovers() throws {
        let folder = try TemporaryFolder()
        for (name, age) in [
            (".file.txt.1-2.partial", 4000.0), (".file.txt.1-3.partial", 10), (".other.txt.1-2.partial", 4000),
        ] {
            try Data().write(to: URL(filePath: folder.file(name)))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: folder.file(name))
        }
        try AtomicFile.replace(folder.file("file.txt")) { try Data().write(to: URL(filePath: $0)) }
        #expect(try folder.names() == [".file.txt.1-3.partial", ".other.txt.1-2.partial", "file.txt"])
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
