import Files
import Foundation
import TestSupport
import Testing

@Suite struct TextLinesTests {
    @Test func linesComeWithoutTheirEnds() throws {
        let folder = try TemporaryFolder()
        func lines(_ bytes: [UInt8]) throws -> [String] {
            try Data(bytes).write(to: URL(filePath: folder.file("list.txt")))
            return try TextLines.read(folder.file("list.txt"))
        }
        #expect(
            try lines(Array("\u{FEFF}one\r\ntwo\n\n  three \t\nfo ur\rfive".utf8)) == [
                "one", "two", "three", "fo ur", "five",
            ])
        #expect(try lines([]) == [] && lines(Array("\n\r\n \n".utf8)) == [])
        #expect(try lines(Array("cafe\u{301}\ncaf\u{E9}\n".utf8)).map { $0.utf8.count } == [6, 5])
        #expect(throws: FilesError.self) { try lines([0x61, 0xFF, 0x0A]) }
        #expect(throws: FilesError.self) { try TextLines.read(folder.file("none.txt")) }
        #expect(throws: FilesError.self) { try TextLines.read(folder.path) }
        #expect(throws: FilesError.self) { try TextLines.read("/dev/zero") }
    }
}
