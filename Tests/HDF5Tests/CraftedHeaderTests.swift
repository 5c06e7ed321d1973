import Foundation
import HDF5
import TestSupport
import Testing

/// A change to a header that made libhdf5 1.10 read or free memory that is not its own, though all checksums are good.
struct Craft: CustomTestStringConvertible, Sendable {
    /// What is changed.
    let testDescription: String
    /// The object whose header it is, and what is said of it.
    let object, reason: String
    let change: @Sendable (inout HeaderForge) throws -> Void

    init(
        _ what: String, _ object: String, _ reason: String,
        change: @escaping @Sendable (inout HeaderForge) throws -> Void
    ) {
        (testDescription, self.object, self.reason, self.change) = (what, object, reason, change)
    }

    /// HDF5's numbers of messages.
    enum Message {
        static let (dataspace, linkInfo, datatype, link, layout, attribute):
            (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) =
                (1, 2, 3, 6, 8, 12)
        static let attributeInfo: UInt8 = 21
    }

    static let nearTheEnd = UInt64.max - 8

    static let all = [
        Craft("the list of links near 2^64", "/", "its list of links points outside of the file") {
            let place = try #require($0.messages(Message.linkInfo).first).lowerBound
            $0.put(nearTheEnd, at: place + 2)
            $0.put(nearTheEnd, at: place + 10)
        },
        Craft("a list of links without its names", "/", "its list of links lies in two places of which one is missing")
        {
            $0.put(64, at: try #require($0.messages(Message.linkInfo).first).lowerBound + 2)
        },
        Craft("the list of attributes near 2^64", "/", "its list of attributes points outside of the file") {
            let place = try #require($0.messages(Message.attributeInfo).first).lowerBound
            $0.put(nearTheEnd, at: place + 2)
            $0.put(nearTheEnd, at: place + 10)
        },
        Craft("a link of an unknown version", "/", "a link is of version 9") {
            $0.put([9], at: try #require($0.messages(Message.link).first).lowerBound)
        },
        Craft("a link whose name is longer than it", "/", "a link is longer than the room") {
            $0.put([200], at: try #require($0.messages(Message.link).first).lowerBound + 2)
        },
        Craft("a link that leads past the end", "/", "a link points outside of the file") {
            let link = try #require($0.messages(Message.link).first)
            $0.put(1 << 40, at: link.upperBound - 8)
        },
        Craft("a link into the middle of a header", "/chunks", "there is no header at byte 52") {
            let link = try #require($0.messages(Message.link).first)
            $0.put(52, at: link.upperBound - 8)
        },
        Craft("a shared dataspace", "/chunks", "it shares a message") {
            $0.put([2], at: try #require($0.messages(Message.dataspace).first).lowerBound - 1)
        },
        Craft("more elements than bytes", "/rows", "its values need 4800 bytes and have 480") {
            let space = try #require($0.messages(Message.dataspace).last)
            $0.put(400, at: space.lowerBound + 4)
            $0.put(400, at: space.lowerBound + 20)
        },
        Craft("values in the header that are too few", "/rows", "its values need 480 bytes and have 8") {
            $0.put([0, 8, 0], at: try #require($0.messages(Message.layout).last).lowerBound + 1)
        },
        Craft("more chunks than their list has", "/chunks", "its list of chunks is shorter") {
            let space = try #require($0.messages(Message.dataspace).first)
            $0.put(1 << 20, at: space.lowerBound + 4)
            $0.put(1 << 20, at: space.lowerBound + 20)
        },
        Craft("floating point of more bits than bytes", "/rows", "its type has more bits") {
            $0.put([255], at: try #require($0.messages(Message.datatype).last).lowerBound + 10)
        },
        Craft("an attribute of more elements than it holds", "/", "an attribute is of 70000 elements and holds fewer") {
            // Version, flags, three sizes and an encoding; the name with its zero; a type of 12 bytes; a dataspace.
            let place = try #require($0.messages(Message.attribute).first).lowerBound
            for extent in 0..<2 { $0.put(70000, at: place + 9 + 5 + 12 + 4 + 8 * extent) }
        },
    ]
}

/// A file with a crafted header is not opened, and whoever asks for its object all the same gets an error: the library does not see it.
func expectRefusedHeader(of object: String, in path: String, because reason: String) throws {
    let error = try #require(throws: HDF5Error.self) { _ = try File(opening: path) }
    #expect(error.object == object)
    #expect(error.message.hasPrefix("its header cannot be read: \(reason)"), "\(error)")
    guard let file = try? File(inspecting: path) else { return }
    #expect(file.contents().unreadable.map(\.path) == [object])
    #expect(throws: HDF5Error.self) { _ = try file.openDataset(object) }
    #expect(throws: HDF5Error.self) { _ = try file.readString(attribute: "x", of: object) }
}

/// What is changed in headers is refused before the library sees it.
@Suite struct CraftedHeaderTests {
    /// A file with a group's list, attributes, rows end to end and rows in chunks.
    private func written(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("file.h5")
        let file = try File(creating: path)
        try file.write([Int64(1), 2], attribute: "list")
        let chunks = try file.createDataset(
            "chunks", type: .float32, shape: [40, 3], layout: DatasetLayout(chunkRows: 7, compressionLevel: 1))
        try chunks.writeAll([Float](repeating: 0.5, count: 120))
        try file.write([Float](repeating: 1, count: 120), to: "rows", shape: [40, 3])
        try file.close()
        return path
    }

    @Test func unchangedFilesAreRead() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        let before = try Data(contentsOf: URL(filePath: path))
        var forge = try HeaderForge(path)
        try forge.write(to: path)
        // The library wrote the same checksums.
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        let file = try File(opening: path)
        #expect(try file.readFloats("chunks").values == [Float](repeating: 0.5, count: 120))
        #expect(try file.readFloats("rows").values == [Float](repeating: 1, count: 120))
    }

    @Test(arguments: Craft.all) func craftedHeadersAreRefused(_ craft: Craft) throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        var forge = try HeaderForge(path)
        try craft.change(&forge)
        try forge.write(to: path)
        try expectRefusedHeader(of: craft.object, in: path, because: craft.reason)
    }

    @Test func nothingIsReadOutsideOfTheFile() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        var forge = try HeaderForge(path)
        forge.put(Craft.nearTheEnd, at: try #require(forge.first("FAHD")) + 16)
        try forge.write(to: path)
        let file = try File(opening: path)
        let error = try #require(throws: HDF5Error.self) { _ = try file.readFloats("chunks") }
        #expect(error.message.contains("outside of the file"), "\(error)")
        #expect(try file.readFloats("rows").values == [Float](repeating: 1, count: 120))
    }

    @Test func filesThatBecomeShorterAreErrors() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        let file = try File(opening: path)
        let offset = try #require(try file.openDataset("rows").storage().offset)
        #expect(truncate(path, off_t(offset + 100)) == 0)
        let error = try #require(throws: HDF5Error.self) { _ = try file.readFloats("rows") }
        #expect(error.message == "the file became shorter while it was read")
    }
}
