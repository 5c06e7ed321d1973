import Foundation
import TestSupport
import Testing

@testable import HDF5

/// Files that h5py wrote: in its default form, which is that of before HDF5 1.8, and in the latest one. `Generator/h5py_files.py` made them.
@Suite struct OldFormatTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: ProjectFiles.url("Tests/HDF5Tests/Files/\(name)")))
    }

    /// Each in a file of its own: the library takes two openings of one file for the same.
    private func written(_ bytes: [UInt8]) throws -> String {
        let path = folder.file("\(UUID().uuidString).h5")
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private static let rows = (0..<12).map { Float($0) }

    @Test(arguments: ["old.h5", "latest.h5"]) func whatH5pyWritesIsRead(_ name: String) throws {
        let file = try File(opening: try written(try bytes(name)))
        let contents = file.contents()
        #expect(contents.unreadable.isEmpty && contents.refused.isEmpty)
        #expect(contents.groups.count == 6 && contents.datasets.count == 11)
        #expect(try file.readFloats("rows").values == Self.rows)
        #expect(try file.readFloats("chunks").values == Self.rows)
        #expect(try file.readFloats("named").values == [1, 1, 1])
        #expect(try file.readString(attribute: "text") == "Où?")
        #expect(try file.readScalars(attribute: "list", as: Int64.self) == [0, 1])
        for number in 0..<4 {
            let wanted = Self.rows[..<6].map { $0 + Float(number) }
            #expect(try file.readFloats("ids/id\(number)/features").values == wanted)
        }
    }

    /// Rows that lie end to end are found without the library, by their own entry or in that of their group.
    @Test(arguments: ["old.h5", "latest.h5"]) func arraysAreFoundByTheirHeaders(_ name: String) throws {
        let bytes = try bytes(name)
        let file = try File(inspectingOnce: try written(bytes))
        func floats(_ entry: GroupEntry?) throws -> [Float]? {
            guard let found = file.plainArray(try #require(entry), orIn: "features") else { return nil }
            #expect(found.elementType == .float(bytes: 4, littleEndian: true))
            let count = 4 * found.shape.reduce(1, *)
            return bytes[found.offset..<found.offset + count].withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        }
        let root = try file.openGroup("/")
        #expect(try floats(root.entry("rows")) == Self.rows)
        #expect(try floats(file.openGroup("ids").entry("id3")) == Self.rows[..<6].map { $0 + 3 })
        // In chunks, of a named type, of fields, of text, and groups of several names: the library tells.
        for other in ["chunks", "named", "fields", "words", "ids", "type"] {
            #expect(try floats(root.entry(other)) == nil)
        }
    }

    /// The texts of the dataset `words` in a file of these bytes.
    private func words(_ bytes: [UInt8]) throws -> [String] {
        let file = try File(inspectingOnce: try written(bytes))
        let entry = try #require(try file.openGroup("/").entry("words"))
        var words: [String] = []
        let texts = file.variableTexts(entry, path: "/words")
        try #require(texts).forEach {
            words.append(String(decoding: $0, as: UTF8.self))
        }
        return words
    }

    /// Its superblock is of version 1, whose root stands four bytes further back.
    @Test func aSuperblockOfTheFirstVersionIsRead() throws {
        let whole = try bytes("first.h5")
        #expect(whole[8] == 1)
        let file = try File(opening: try written(whole))
        #expect(try file.readFloats("any/rows").values == Self.rows)
        #expect(try file.readStrings("fixed/names") == ["id0", "id1", "id2", "id3"])
        var changed = whole
        changed[28 + 40] ^= 0xff
        #expect(throws: HDF5Error.self) { _ = try File(opening: try written(changed)) }
    }

    @Test(arguments: ["old.h5", "latest.h5"]) func textsOfAnyLengthAreReadWithBounds(_ name: String) throws {
        let whole = try bytes(name)
        #expect(try words(whole) == ["a", "bc"])
        // A piece of the heap has 16 bytes and its objects, here a list of numbers, "bc" and "a": number, count, size and the bytes.
        let heap = try Self.first("GCOL", in: whole)
        for (place, value, reason) in [
            (0, 0, "it cannot be read: a heap of its texts is not where it says"),
            (12, 0x7f, "it cannot be read: a heap of its texts is of"),
            (9, 0xff, "it cannot be read: it lies outside of the file"),
            (16 + 24, 3, "it cannot be read: a heap of its texts has two of one number"),
            (16 + 24, 9, "a text of it is not where it says"),
            (16 + 24 + 8, 1, "a text of it is not where it says"),
            (16 + 24 + 12, 1, "it cannot be read: a heap of its texts is longer than the room"),
        ] as [(Int, UInt8, String)] {
            var changed = whole
            changed[heap + place] = value
            let error = try #require(throws: HDF5Error.self) { try words(changed) }
            #expect(error.message.hasPrefix(reason) && error.object == "/words", "\(error)")
        }
        let file = try File(inspectingOnce: try written(whole))
        for other in ["rows", "chunks", "ids", "fields"] {
            let entry = try #require(try file.openGroup("/").entry(other))
            let texts = file.variableTexts(entry, path: other)
            #expect(texts.map { _ in other } == nil)
        }
    }

    // MARK: Marks of a file that is open

    private func marked(_ bytes: [UInt8], version: UInt8, _ flags: UInt8) -> [UInt8] {
        var bytes = bytes
        (bytes[8], bytes[11]) = (version, flags)
        let sum = metadataChecksum(bytes[..<44])
        for place in 0..<4 { bytes[44 + place] = UInt8(truncatingIfNeeded: sum >> (8 * place)) }
        return bytes
    }

    @Test func aFileThatIsMarkedAsOpenIsToldSo() throws {
        let sentence = "it is marked as open for writing; 'h5clear -s' clears the mark"
        // As h5py left it while it wrote for readers, and with the mark of a writer alone.
        for bytes in [try bytes("open.h5"), marked(try bytes("latest.h5"), version: 3, 1)] {
            #expect(bytes[8] == 3 && bytes[11] & 1 == 1)
            let error = try #require(throws: HDF5Error.self) { _ = try File(opening: try written(bytes)) }
            #expect(error.message == sentence)
        }
        let closed = try File(opening: try written(marked(try bytes("open.h5"), version: 3, 0)))
        #expect(try closed.readFloats("rows").values == [Float](repeating: 1, count: 6))
    }

    /// Before version 3 of the superblock the mark has no meaning.
    @Test func marksOfOldFilesAreNone() throws {
        let second = try File(opening: try written(marked(try bytes("latest.h5"), version: 2, 1)))
        #expect(try second.readFloats("rows").values == Self.rows)
        var bytes = try bytes("old.h5")
        #expect(bytes[8] == 0)
        bytes[20] = 1
        #expect(try File(opening: try written(bytes)).readFloats("rows").values == Self.rows)
    }

    // MARK: What is changed

    struct Craft: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let object, reason: String
        let change: @Sendable (inout [UInt8]) throws -> Void

        init(
            _ name: String, _ object: String, _ reason: String,
            _ change: @escaping @Sendable (inout [UInt8]) throws -> Void
        ) {
            (testDescription, self.object, self.reason, self.change) = (name, object, reason, change)
        }
    }

    /// A dataspace of 4 × 3 elements, first that of the rows, with as many at most.
    private static let space: [UInt8] = [1, 2, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 3]

    private static func place(of pattern: [UInt8], in bytes: [UInt8]) throws -> Int {
        try #require((0..<bytes.count - pattern.count).first { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) })
    }

    private static func first(_ letters: String, in bytes: [UInt8]) throws -> Int {
        try place(of: Array(letters.utf8), in: bytes)
    }

    static let crafts = [
        Craft("a heap that is longer than the file", "/", "its heap of names does not fit into the file") {
            $0[try first("HEAP", in: $0) + 12] = 0xff
        },
        Craft("a gap outside of the heap", "/", "its heap of names has gaps outside of it") {
            $0[try first("HEAP", in: $0) + 16] |= 7
        },
        Craft("a name outside of the heap", "/", "one of its names lies outside of its heap") {
            $0[try first("SNOD", in: $0) + 8 + 3] = 1
        },
        Craft("a name that points outside of the file", "/", "one of its names points outside of the file") {
            $0[try first("SNOD", in: $0) + 8 + 8 + 4] = 1
        },
        Craft("a tree that is none", "/", "its tree of names is not where it says") {
            $0[try first("TREE", in: $0)] = 0
        },
        Craft("a table that is none", "/", "a table of its names is not where it says") {
            $0[try first("SNOD", in: $0)] = 0
        },
        Craft("more elements than bytes", "/rows", "its values need 4848 bytes and have 48") {
            let space = try place(of: space, in: $0)
            for extent in [8, 24] { ($0[space + extent], $0[space + extent + 1]) = (0x94, 0x01) }
        },
        Craft("a message that is longer than its header", "/rows", "a message is longer than the room") {
            $0[try place(of: space, in: $0) - 5] = 0x7f
        },
        Craft("a message of no whole length", "/rows", "a message of it does not end where the next can begin") {
            $0[try place(of: space, in: $0) - 6] += 1
        },
        Craft("a dataspace of 40 dimensions", "/rows", "its dataspace has 40 dimensions") {
            $0[try place(of: space, in: $0) + 1] = 40
        },
    ]

    @Test(arguments: crafts) func craftedHeadersAreRefused(_ craft: Craft) throws {
        var bytes = try bytes("old.h5")
        try craft.change(&bytes)
        try expectRefusedHeader(of: craft.object, in: written(bytes), because: craft.reason)
    }
}
