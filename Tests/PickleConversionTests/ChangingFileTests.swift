import Conversion
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Files that change while they are mapped: no crash, and one sentence.
@Suite struct ChangingFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func mapped(pages: Int) throws -> (path: String, reader: SourceReader, data: PythonHandle) {
        try Python.start()
        let path = folder.file("features.pkl")
        try Data(repeating: 7, count: pages * 4096).write(to: URL(filePath: path))
        let reader = try SourceReader(path: path)
        return (path, reader, try reader.readAll { _ in })
    }

    private func sentence(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func wholeFileIsSeenAsItIs() throws {
        let (_, reader, data) = try mapped(pages: 3)
        try data.withContent { content in
            #expect(content.count == 3 * 4096)
            #expect(content.allSatisfy { $0 == 7 })
            // As behind all bytes objects, although the file ends with a page.
            #expect(content.baseAddress!.load(fromByteOffset: content.count, as: UInt8.self) == 0)
        }
        try reader.checkUnchanged(data)
    }

    @Test func cutOffPagesReadAsZerosAndAreRefused() throws {
        let (path, reader, data) = try mapped(pages: 600)
        #expect(truncate(path, 4096) == 0)
        try data.withContent { content in
            #expect(content[0] == 7)
            #expect(content[599 * 4096] == 0 && content[300 * 4096] == 0)
        }
        #expect(
            sentence { try reader.checkUnchanged(data) }
                == "\(path) cannot be read: it became shorter while it was read; try again.")
        // Grown again, its bytes are others than those that were lost.
        #expect(truncate(path, 600 * 4096) == 0)
        #expect(sentence { try reader.checkUnchanged(data) }.contains("it became shorter"))
        #expect(
            sentence { try reader.reading(data) { throw ConversionError.input("It is damaged.") } }.contains(
                "it became shorter"))
    }

    @Test func shorterFileIsRefusedWhileItIsRead() throws {
        let (path, reader, _) = try mapped(pages: 5000)
        #expect(truncate(path, 4096) == 0)
        #expect(
            sentence { _ = try reader.readAll { _ in } }
                == "\(path) cannot be read: it became shorter while it was read; try again.")
    }

    @Test func changedFileIsRefused() throws {
        let (path, reader, data) = try mapped(pages: 3)
        let times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
        #expect(
            sentence { try reader.checkUnchanged(data) }
                == "\(path) cannot be read: it changed while it was read; try again.")
    }
}
