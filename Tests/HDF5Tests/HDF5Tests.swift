import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct FileTests {
    /// libhdf5 1.10.8 wrote nothing of a single chunk that passes no filter where its cache had no room.
    @Test(arguments: [nil, 1, 2, 3, 9], [nil, 1])
    func everyLayoutKeepsItsNumbers(chunkRows: Int?, compressionLevel: Int?) throws {
        guard chunkRows != nil || compressionLevel == nil else { return }
        let folder = try TemporaryFolder()
        let layout = DatasetLayout(chunkRows: chunkRows, compressionLevel: compressionLevel)
        let file = try HDF5.File(creating: folder.file("a.h5"))
        for (name, shape) in [("flat", [3]), ("rows", [3, 2])] {
            let values = (0..<shape.reduce(1, *)).map { Double($0) + 0.5 }
            try file.createDataset(name, type: .float64, shape: shape, layout: layout).writeAll(values)
        }
        try file.close()
        let read = try HDF5.File(opening: folder.file("a.h5"))
        #expect(try read.openDataset("flat").readAll(as: Double.self) == [0.5, 1.5, 2.5])
        #expect(try read.openDataset("rows").readAll(as: Double.self) == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    }

    @Test func numbersAndStringsComeBack() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.h5")
        let file = try File(creating: path)
        try [Float](arrayLiteral: 1, -2.5, .pi, 0, 7, 8).withUnsafeBufferPointer {
            try file.writeFloats("a/b/floats", shape: [2, 3], values: $0)
        }
        try file.writeIntegers("a/integers", shape: [3], values: [-1, 0, .max])
        try file.writeStrings(["one", "", "dreiß"], to: "a/strings")
        try file.write([UInt8](), to: "empty")
        try file.close()

        let read = try File(opening: path)
        let floats = try read.readFloats("a/b/floats")
        #expect(floats.shape == [2, 3])
        #expect(floats.values == [1, -2.5, .pi, 0, 7, 8])
        #expect(try read.readIntegers("a/integers").values == [-1, 0, .max])
        #expect(try read.readFloats("a/integers").values[0] == -1, "numbers convert while reading")
        #expect(try read.readStrings("a/strings") == ["one", "", "dreiß"])
        #expect(try read.readIntegers("empty").values == [])
        #expect(try read.memberNames(of: "/") == ["a", "empty"])
        #expect(try read.memberNames(of: "a") == ["b", "integers", "strings"])
        #expect(read.exists("a/b") && read.exists("/") && !read.exists("a/c") && !read.exists("x/y/z"))
    }

    @Test func attributesComeBack() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.h5")
        let file = try File(creating: path)
        try file.createGroup("group/inner")
        try file.writeString(attribute: "text", of: "group", value: "first")
        try file.writeString(attribute: "text", of: "group", value: "größer als zuvor")
        try file.writeString(attribute: "nothing", of: "/", value: "")
        try file.writeInteger(attribute: "whole", of: "group/inner", value: -7)
        try file.writeDouble(attribute: "exact", of: "/", value: 0.1)
        try file.write([1.5, 2.5], attribute: "list")
        try file.close()

        let read = try File(opening: path)
        #expect(try read.readString(attribute: "text", of: "group") == "größer als zuvor")
        #expect(try read.readString(attribute: "nothing", of: "/") == "")
        #expect(try read.readInteger(attribute: "whole", of: "/group/inner") == -7)
        #expect(try read.readDouble(attribute: "exact", of: "/") == 0.1)
        #expect(try read.readFloats(attribute: "list", of: "/") == [1.5, 2.5])
        #expect(read.hasAttribute("exact", of: "/") && !read.hasAttribute("exact", of: "group"))
        #expect(throws: HDF5Error.self) { try read.readString(attribute: "whole", of: "group/inner") }
        #expect(throws: HDF5Error.self) { try read.readInteger(attribute: "text", of: "group") }
        #expect(throws: HDF5Error.self) { try read.readInteger(attribute: "list", of: "/") }
        #expect(throws: HDF5Error.self) { try read.readInteger(attribute: "missing", of: "/") }
    }

    @Test(arguments: [
        DatasetLayout.contiguous, DatasetLayout(chunkRows: 3), DatasetLayout(chunkRows: 4, compressionLevel: 6),
    ])
    func rowsAreWrittenAndReadInParts(layout: DatasetLayout) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.h5")
        let values = (0..<20).map { Float($0) }
        let file = try File(creating: path, alignment: 4096)
        let written = try file.createDataset("rows", type: .float32, shape: [10, 2], layout: layout)
        for start in stride(from: 0, to: 10, by: 2) {
            try Array(values[start * 2..<start * 2 + 4]).withUnsafeBufferPointer {
                try written.write(rows: start..<start + 2, from: $0)
            }
        }
        try file.close()

        let read = try File(opening: path)
        let dataset = try read.openDataset("rows")
        #expect(try dataset.readAll(as: Float.self) == values)
        var part = [Float](repeating: -1, count: 6)
        try part.withUnsafeMutableBufferPointer { try dataset.read(rows: 4..<7, into: $0) }
        #expect(part == Array(values[8..<14]))
        var none: [Float] = []
        try none.withUnsafeMutableBufferPointer { try dataset.read(rows: 10..<10, into: $0) }
        let storage = try dataset.storage()
        #expect(storage.filters == (layout.compressionLevel == nil ? [] : [2, 1]))
        #expect(storage.kind == (layout.chunkRows == nil ? .contiguous : .chunked))
    }

    @Test func largeDataIsAligned() throws {
        let folder = try TemporaryFolder()
        let file = try File(creating: folder.file("file.h5"), alignment: 4096)
        for name in ["a", "b", "c"] {
            try file.write([Float](repeating: 1, count: 1500), to: name)
            let offset = try #require(try file.openDataset(name).storage().offset)
            #expect(offset % 4096 == 0)
        }
    }

    @Test func timeLeavesNoTrace() throws {
        let folder = try TemporaryFolder()
        func write(_ name: String) throws -> Data {
            let file = try File(creating: folder.file(name))
            try file.createGroup("a/b/c")
            try file.write([1, 2, 3], to: "d/e")
            try file.close()
            return try Data(contentsOf: URL(filePath: folder.file(name)))
        }
        let first = try write("first.h5")
        // Times in HDF5 files have a resolution of one second.
        Thread.sleep(forTimeInterval: 1.1)
        #expect(try write("second.h5") == first)
    }

    @Test func faultsAreSentences() throws {
        let folder = try TemporaryFolder()
        func message(_ body: () throws -> Void) throws -> String {
            try #require((try #require(throws: HDF5Error.self) { try body() }).errorDescription)
        }
        #expect(
            try message { _ = try File(opening: folder.file("none.h5")) }
                == "cannot open '\(folder.file("none.h5"))': no such file or folder")
        try Data("plain text, and long enough to be looked at".utf8).write(to: URL(filePath: folder.file("text.h5")))
        #expect(try message { _ = try File(opening: folder.file("text.h5")) }.hasSuffix("it is not an HDF5 file"))
        let file = try File(creating: folder.file("file.h5"))
        try file.write([1, 2, 3], to: "numbers")
        #expect(throws: HDF5Error.self) { _ = try File(creating: folder.file("file.h5")) }
        #expect(try message { _ = try file.openDataset("a/b") }.contains("'/a/b'"))
        #expect(throws: HDF5Error.self) { try file.writeStrings(["zero\0byte"], to: "strings") }
        #expect(throws: HDF5Error.self) { try file.readStrings("numbers") }
        try file.close()
        let bytes = try Data(contentsOf: URL(filePath: folder.file("file.h5")))
        try bytes.prefix(bytes.count - 100).write(to: URL(filePath: folder.file("short.h5")))
        #expect(try message { _ = try File(opening: folder.file("short.h5")) }.contains("truncated"))
    }

    @Test func impossibleClaimsTakeNoMemory() throws {
        let folder = try TemporaryFolder()
        let file = try File(creating: folder.file("file.h5"))
        let dataset = try file.createDataset(
            "huge", type: .float32, shape: [1 << 40], layout: DatasetLayout(chunkRows: 1024))
        #expect(throws: HDF5Error.self) { try dataset.readAll(as: Float.self) }
    }

    @Test func manyNamesStayInTheHeader() throws {
        let folder = try TemporaryFolder()
        let file = try File(creating: folder.file("file.h5"))
        let names = (0..<300).map { "name-\($0)" }
        for name in names { try file.write([1], to: "many/\(name)") }
        #expect(try file.memberNames(of: "many") == names.sorted())
    }
}
