import Conversion
import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

@testable import TableConversion

/// Files of ids and one matrix with a row for each of them.
@Suite struct MatrixWithIDsTests {
    let files: TableFiles

    init() throws { files = try TableFiles() }

    private static let ids = ["d", "c", "b", "ä"]
    private static let rows: [Double] = [7, 8, 5, 6, 3, 4, 1, 2]
    /// In the store's order: ä, c, b, d.
    private static let wanted: [Float] = [1, 2, 5, 6, 3, 4, 7, 8]

    private func list() throws -> [TableRequest.List] {
        [
            TableRequest.List(
                path: try files.write(
                    "dialogue,utterance,split\nx,ä,train\ny,b,test\nx,c,train\ny,d,test\n".utf8, "list.csv"))
        ]
    }

    /// A `.npy` file of texts: characters of four bytes, or bytes, filled up with zeros.
    private static func texts(_ texts: [String] = ids, type: String) -> [UInt8] {
        let width = Int(type.dropFirst(2))!
        return TableFiles.npy([], shape: [texts.count], type: type)
            + texts.flatMap { text -> [UInt8] in
                if type.contains("S") {
                    return Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
                }
                let characters = text.unicodeScalars.map(\.value)
                return (characters + [UInt32](repeating: 0, count: width - characters.count)).flatMap { character in
                    withUnsafeBytes(of: type.hasPrefix(">") ? character.bigEndian : character.littleEndian) {
                        Array($0)
                    }
                }
            }
    }

    private static let matrix = TableFiles.npy(rows, shape: [4, 2])

    private func expect(_ audio: String, layout: String) throws {
        let (summary, store) = try files.convert(try list(), audio: audio)
        #expect(store.utteranceIDs == ["ä", "c", "b", "d"])
        #expect(try store.readRows(of: "audio", 0..<4) == Self.wanted)
        #expect(summary.sources.last?.layout == layout)
    }

    // MARK: Archives

    @Test(arguments: ["<U3", ">U3", "|S2", "|S9"]) func anArchiveHoldsIDsAndAMatrix(type: String) throws {
        for isLarge in [false, true] {
            let archive = try files.npz([("X", Self.matrix), ("names", Self.texts(type: type))], isLarge: isLarge)
            try expect(archive, layout: ".npz of ids and a matrix")
        }
    }

    @Test func membersMayBeDeflatedAndOthersBesideThem() throws {
        let members = [
            ("labels", TableFiles.npy([0, 1, 0, 1], shape: [4])), ("ids", Self.texts(type: "<U1")), ("X", Self.matrix),
            ("about", TableFiles.npy([], shape: [], type: "<U1") + [65, 0, 0, 0]),
        ].map { name, content in
            // Deflate's stored blocks, two of them.
            let deflated = [content[..<50], content[50...]].enumerated().flatMap { number, part -> [UInt8] in
                let (low, high) = (UInt8(part.count & 255), UInt8(part.count >> 8))
                return [UInt8(number), low, high, ~low, ~high] + part
            }
            return TableFiles.Member(name: "\(name).npy", content: content, deflated: deflated)
        }
        try expect(try files.write(TableFiles.zip(members), "audio.npz"), layout: ".npz of ids and a matrix")
        for (member, sentence) in [(1, "the array 'ids' cannot be"), (2, "the array 'X' cannot be decompressed")] {
            var broken = members
            broken[member].deflated?[56] ^= 1
            let said = files.fault(try list(), audio: try files.write(TableFiles.zip(broken), "audio.npz"))
            #expect(said?.contains(sentence) == true, "\(said ?? "")")
        }
    }

    @Test func whatCannotBeToldIsRefused() throws {
        let ids = Self.texts(type: "<U1")
        let there = "has neither an array for each id nor one list of ids and one matrix of as many rows: there are "
        for (arrays, sentence) in [
            (
                [("n", ids), ("X", Self.matrix), ("Y", Self.matrix)],
                there + "n (texts, (4,)), X (float32, (4, 2)), Y (float32, (4, 2)); save"
            ),
            ([("n", ids), ("m", ids), ("X", Self.matrix)], there + "n (texts, (4,)), m (texts, (4,)), X"),
            (
                [("n", Self.texts(["a"], type: "<U1")), ("X", Self.matrix)],
                there + "n (texts, (1,)), X (float32, (4, 2)); save"
            ),
            (
                [("n", TableFiles.npy([], shape: [4], type: "|O") + [0x80]), ("X", Self.matrix)],
                "the array 'n' holds Python objects, which are not read: save ids with numpy.array(ids, dtype=str)."
            ),
            (
                [("n", Self.texts(["a", "b", "c", "b"], type: "<U1")), ("X", Self.matrix)],
                "the array 'n': the id 'b' stands there twice, the second time in row 3."
            ),
            (
                [("n", TableFiles.npy([], shape: [4], type: "|S1") + [65, 0xe9, 66, 67]), ("X", Self.matrix)],
                "the id in row 1 is not UTF-8."
            ),
            (
                [
                    ("n", TableFiles.npy([], shape: [4], type: "<U1") + [UInt8](repeating: 0xd8, count: 16)),
                    ("X", Self.matrix),
                ],
                "the id in row 0 is no text."
            ),
            (
                [("n", ids), ("X", TableFiles.npy(Self.rows, shape: [4, 2], isFortran: true))],
                "the array 'X' is stored column after column"
            ),
            (
                [("n", ids), ("X", Self.matrix.dropLast())],
                "the array 'X' has 31 bytes of data where its header claims 4 × 2 values"
            ),
            (
                [("n", ids.dropLast()), ("X", Self.matrix)],
                "the array 'n' has 15 bytes of data where its header claims (4,)"
            ),
            (
                [
                    ("n", Self.texts([String(repeating: "x", count: 513), "b", "c", "d"], type: "|S513")),
                    ("X", Self.matrix),
                ],
                "the id in row 0 has 513 bytes; names have at most 512."
            ),
        ] as [([(String, [UInt8])], String)] {
            let said = files.fault(try list(), audio: try files.npz(arrays))
            #expect(
                said?.hasPrefix("audio.npz") == true && said?.contains(sentence) == true,
                "\(said ?? "") for \(sentence)")
        }
    }

    /// Few arrays of numbers are those of their ids, whatever their shapes.
    @Test func arraysWithoutTextsAreByID() throws {
        let one = try files.write("dialogue,utterance\nx,a\nx,b\n".utf8, "one.csv")
        let path = try files.npz([
            ("a", TableFiles.npy([1, 2], shape: [1, 2])), ("b", TableFiles.npy([3, 4], shape: [2])),
        ])
        let (summary, store) = try files.convert([.init(path: one)], audio: path)
        #expect(try store.readRows(of: "audio", 0..<2) == [1, 2, 3, 4])
        #expect(summary.sources.last?.layout == ".npz of arrays by id")
    }

    // MARK: HDF5

    private func write(_ group: String, _ matrix: String, to file: borrowing HDF5.File, _ layout: DatasetLayout) throws
    {
        try file.writeStrings(Self.ids, to: "\(group)/names")
        try file.createDataset("\(group)/\(matrix)", type: .float64, shape: [4, 2], layout: layout).writeAll(Self.rows)
    }

    @Test(arguments: [DatasetLayout.contiguous, DatasetLayout(chunkRows: 3, compressionLevel: 1)])
    func anHDF5FileHoldsIDsAndAMatrix(layout: DatasetLayout) throws {
        for (group, matrix) in [("", "X"), ("/audio", "features"), ("/a/b", "data")] {
            let path = try files.hdf5("\(matrix).h5") { try write(group, matrix, to: $0, layout) }
            try expect(path, layout: "HDF5 ids and a matrix in \(group.isEmpty ? "/" : group)")
        }
        let two = try files.hdf5("two.h5") {
            try write("/audio", "features", to: $0, layout)
            try write("/text", "features", to: $0, layout)
        }
        try expect(two + ":/text", layout: "HDF5 ids and a matrix in /text")
        let said = files.fault(try list(), audio: two)
        #expect(
            said?.hasSuffix("name the group that holds the ids behind the file, such as two.h5:/audio.") == true,
            "\(said ?? "")")
    }

    @Test func whatAnHDF5FileHoldsIsTold() throws {
        let path = try files.hdf5("two.h5") {
            try write("", "X", to: $0, .contiguous)
            try $0.write([Float(1), 2], to: "means", shape: [1, 2])
            try $0.write(Self.rows, to: "Y", shape: [4, 2])
        }
        let said = files.fault(try list(), audio: path)
        #expect(
            said?.hasPrefix(
                "two.h5 has neither an array for each id nor one list of ids and one matrix of as many rows: there are names (texts, (4,)), X (float64, (4, 2)), means (float32, (1, 2)), Y (float64, (4, 2)); save"
            ) == true, "\(said ?? "")")
        let linked = try files.hdf5("linked.h5") {
            try $0.writeStrings(Self.ids, to: "names")
            try $0.createExternalLink("X", file: "elsewhere.h5", path: "/X")
        }
        let refused = files.fault(try list(), audio: linked)
        #expect(
            refused == "linked.h5: /X cannot be read: it is a link to somewhere else and not an object of this file.",
            "\(refused ?? "")")
    }

    /// The library lists both.
    @Test func aNameThatAGroupHasTwiceIsRefused() throws {
        var bytes = Array(try Data(contentsOf: ProjectFiles.url("Tests/HDF5Tests/Files/old.h5")))
        let name = Array("id1\0".utf8)
        let place = try #require((0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual(name) })
        bytes[place + 2] = UInt8(ascii: "0")
        let said = files.fault(try list(), audio: try files.write(bytes, "twice.h5") + ":/ids")
        #expect(said == "twice.h5 has the name 'id0' twice in '/ids'.", "\(said ?? "")")
    }

    /// Whatever holds the rows, the store is the same: rows in the lists' order, an array for each id read where it lies or by the
    /// library, frames, a matrix with ids.
    @Test func allContainersMakeOneStore() throws {
        let rows = Dictionary(
            uniqueKeysWithValues: Self.ids.enumerated().map { ($1, Array(Self.rows[2 * $0..<2 * $0 + 2])) })
        let matrix = try files.write(
            TableFiles.npy(["ä", "b", "c", "d"].flatMap { rows[$0]! }, shape: [4, 2]), "rows.npy")
        let wanted = try files.convert(try list(), audio: matrix).store.contentID
        func byID(_ name: String, _ layout: DatasetLayout, shape: [Int], in group: String = "", _ member: String = "")
            throws -> String
        {
            try files.hdf5(name) { file in
                for (id, row) in rows {
                    try file.createDataset("\(group)/\(id)\(member)", type: .float64, shape: shape, layout: layout)
                        .writeAll(row)
                }
            }
        }
        for path in [
            try byID("plain.h5", .contiguous, shape: [2]),
            try byID("chunks.h5", DatasetLayout(chunkRows: 2), shape: [2]),
            try byID("plain.csd", .contiguous, shape: [1, 2], in: "/S/data", "/features"),
            try byID(
                "chunks.csd", DatasetLayout(chunkRows: 1, compressionLevel: 1), shape: [1, 2], in: "/S/data",
                "/features"),
            try files.hdf5("matrix.h5") { try write("", "X", to: $0, .contiguous) },
            try files.npz([("names", Self.texts(type: "<U1")), ("X", Self.matrix)]),
        ] {
            let store = try files.convert(try list(), audio: path).store
            #expect(try store.readRows(of: "audio", 0..<4) == Self.wanted, "\(path)")
            #expect(store.contentID == wanted, "\(path)")
        }
    }
}
