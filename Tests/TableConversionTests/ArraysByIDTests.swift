import Conversion
import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

@testable import TableConversion

/// Features that lie under ids: archives, folders, HDF5 files, and how ids are matched.
@Suite struct ArraysByIDTests {
    let files: TableFiles

    init() throws { files = try TableFiles() }

    /// Two dialogues of two utterances, ids a to d.
    private func list(_ text: String = "dialogue,utterance,split\nx,a,train\ny,b,test\nx,c,train\ny,d,test\n") throws
        -> [TableRequest.List]
    {
        [TableRequest.List(path: try files.write(text.utf8, "list.csv"))]
    }

    private static func vector(_ values: Double..., type: String = "<f4") -> [UInt8] {
        TableFiles.npy(values, shape: [values.count], type: type)
    }

    private static let arrays = [
        ("d", vector(7, 8)), ("c", vector(5, 6)), ("b", vector(3, 4)), ("a", vector(1, 2)),
    ]
    /// In the store's order: a, c, b, d.
    private static let wanted: [Float] = [1, 2, 5, 6, 3, 4, 7, 8]

    private func expect(_ audio: String, layout: String, _ wanted: [Float] = Self.wanted) throws {
        let (summary, store) = try files.convert(try list(), audio: audio)
        #expect(store.utteranceIDs == ["a", "c", "b", "d"])
        #expect(try store.readRows(of: "audio", 0..<4) == wanted)
        #expect(summary.sources.last?.layout == layout && summary.sources.last?.sha256.count == 64)
        #expect(summary.warnings.allSatisfy { $0.contains("names no valid") }, "\(summary.warnings)")
    }

    // MARK: Containers

    @Test(arguments: [false, true]) func anArchiveHoldsAnArrayForEachID(isLarge: Bool) throws {
        try expect(try files.npz(Self.arrays, isLarge: isLarge), layout: ".npz of arrays by id")
    }

    @Test func membersMayBeDeflated() throws {
        // Deflate's stored blocks: a byte that says the last one, its length and the length's complement.
        let members = Self.arrays.map { id, content in
            let (low, high) = (UInt8(content.count & 255), UInt8(content.count >> 8))
            return TableFiles.Member(
                name: "\(id).npy", content: content, deflated: [1, low, high, ~low, ~high] + content)
        }
        try expect(try files.write(TableFiles.zip(members), "audio.npz"), layout: ".npz of arrays by id")
        var broken = members
        broken[1].deflated?[2] ^= 1
        let said = files.fault(try list(), audio: try files.write(TableFiles.zip(broken), "audio.npz"))
        #expect(said?.contains("the array 'c' cannot be decompressed") == true, "\(said ?? "")")
    }

    @Test func aFolderHoldsAFileForEachID() throws {
        let folder = files.folder.file("audio")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (id, content) in Self.arrays { try Data(content).write(to: URL(filePath: "\(folder)/\(id).npy")) }
        try expect(folder, layout: "folder of .npy arrays by id")
        // As sha256sum says it of the files, whether they were read or not.
        try Data(Self.vector(9)).write(to: URL(filePath: "\(folder)/\u{E9}.npy"))
        let (summary, _) = try files.convert(try list(), audio: folder)
        var digest = SHA256Digest()
        for (id, content) in Self.arrays.sorted(by: { $0.0 < $1.0 }) + [("\u{E9}", Self.vector(9))] {
            var own = SHA256Digest()
            content.withUnsafeBytes { own.update($0) }
            Array("\(own.hexadecimal())  \(id).npy\n".utf8).withUnsafeBytes { digest.update($0) }
        }
        #expect(summary.sources.last?.sha256 == digest.hexadecimal())
        #expect(summary.sources.last?.bytes == Self.arrays.reduce(Self.vector(9).count) { $0 + $1.1.count })
        #expect(
            summary.warnings.contains {
                $0.contains("1 of its 5 arrays belong to no utterance and are left out ('\u{E9}')")
            })
        let empty = files.folder.file("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        #expect(files.fault(try list(), audio: empty)?.contains("The folder empty holds no .npy files") == true)
    }

    private static let numbers: [(String, [Float])] = [("d", [7, 8]), ("c", [5, 6]), ("b", [3, 4]), ("a", [1, 2])]

    @Test(arguments: ["", "/data", "/COVAREP/data"]) func anHDF5FileHoldsADatasetForEachID(group: String) throws {
        let path = try files.hdf5("audio.h5") { file in
            for (id, values) in Self.numbers { try file.write(values, to: "\(group)/\(id)") }
            if group.contains("COVAREP") { try file.write([1.5], to: "/COVAREP/metadata/version") }
        }
        try expect(path, layout: "HDF5 arrays by id in \(group.isEmpty ? "/" : group)")
    }

    @Test(arguments: ["features", "matrix"]) func aGroupForEachIDHoldsFeatures(name: String) throws {
        let path = try files.hdf5("audio.csd") { file in
            for (id, values) in Self.numbers {
                try file.write(values.map(Double.init), to: "/Root/data/\(id)/\(name)", shape: [1, 2])
                if name == "features" { try file.write([0.0, 1], to: "/Root/data/\(id)/intervals", shape: [1, 2]) }
            }
        }
        try expect(path, layout: "HDF5 arrays by id in /Root/data")
    }

    @Test func theGroupMayBeNamed() throws {
        let path = try files.hdf5("all.h5") { file in
            for (id, values) in Self.numbers {
                try file.write(values, to: "/audio/\(id)")
                try file.write(values.map { -$0 }, to: "/text/\(id)")
            }
        }
        try expect(path + ":/text", layout: "HDF5 arrays by id in /text", Self.wanted.map { -$0 })
        let said = files.fault(try list(), audio: path)
        #expect(
            said?.hasSuffix(
                "there are 'audio', 'text'; name the group that holds the ids behind the file, such as all.h5:/audio.")
                == true, "\(said ?? "")")
        let none = files.fault(try list(), audio: path + ":/visual")
        #expect(
            none?.contains("all.h5 has no group '/visual': at its root it has audio, text.") == true, "\(none ?? "")")
    }

    /// libhdf5 1.10 reads memory that is not its own where a list of links lies there, though the header's checksum is good.
    @Test func theHeaderOfANamedGroupIsLookedAtFirst() throws {
        let path = try files.hdf5("all.h5") { file in
            for (id, values) in Self.numbers { try file.write(values, to: "/outer/text/\(id)") }
            try file.createSoftLink("/soft", to: "/outer/text")
            try file.write([1.5], to: "/number")
        }
        try expect(path + ":/outer/text/", layout: "HDF5 arrays by id in /outer/text/")
        func said(_ group: String) throws -> String { files.fault(try list(), audio: path + ":" + group) ?? "" }
        #expect(try said("/number").contains("all.h5 has no group '/number': at its root it has number, outer, soft."))
        #expect(try said("/outer/none").contains("has no group '/outer/none'"))
        #expect(
            try said("/soft").hasSuffix(
                "all.h5: /soft cannot be read: it is a link to somewhere else and not an object of this file."))
        let linkInfo: UInt8 = 2
        // The root's is the first; the outer one is met first.
        for (index, object) in [(2, "/outer/text"), (1, "/outer")] {
            var forge = try HeaderForge(path)
            let place = try #require(forge.messages(linkInfo).dropFirst(index).first).lowerBound
            forge.put(UInt64.max - 8, at: place + 2)
            forge.put(UInt64.max - 8, at: place + 10)
            try forge.write(to: path)
            let told = try said("/outer/text")
            #expect(
                told.hasSuffix(
                    "all.h5: \(object) cannot be read: its header cannot be read: its list of links points outside of the file."
                ),
                "\(told)")
        }
    }

    @Test func nothingInAnHDF5FileLeadsOutOfIt() throws {
        let path = try files.hdf5("audio.h5") { file in
            for (id, values) in Self.numbers.dropLast() { try file.write(values, to: "/data/\(id)") }
            try file.createExternalLink("/data/a", file: "elsewhere.h5", path: "/secret")
        }
        let linked = files.fault(try list(), audio: path)
        #expect(linked?.contains("the array 'a' is a link to somewhere else") == true, "\(linked ?? "")")
        for storage in [ForeignStorage.external, .virtual, .unknownFilter] {
            let path = try files.hdf5("\(storage).h5") { file in
                for (id, values) in Self.numbers.dropLast() { try file.write(values, to: "/data/\(id)") }
                try file.createDataset("/data/a", storedAs: storage, shape: [2])
            }
            let said = files.fault(try list(), audio: path)
            #expect(said?.contains("the array 'a' cannot be read: ") == true, "\(said ?? "")")
        }
        let inner = try files.hdf5("inner.h5") { file in
            for (id, values) in Self.numbers { try file.write(values, to: "/data/\(id)/other") }
            try file.createSoftLink("/data/a/features", to: "/data/b/other")
        }
        let soft = files.fault(try list(), audio: inner)
        #expect(soft?.contains("the array 'a' cannot be read: it is a link to somewhere else") == true, "\(soft ?? "")")
    }

    @Test func aStoreIsNoFeatureFile() throws {
        let (summary, _) = try files.convert(try list(), audio: try files.npz(Self.arrays))
        let copy = files.folder.file("copy.h5")
        try FileManager.default.copyItem(atPath: summary.store.path, toPath: copy)
        let said = files.fault(try list(), audio: copy)
        #expect(said?.contains("is a store already") == true, "\(said ?? "")")
    }

    // MARK: What archives must not be

    @Test func archivesThatCanBeReadInTwoWaysAreRefused() throws {
        let (name, content) = ("a.npy", Self.vector(1, 2))
        let plain = TableFiles.Member(name: name, content: content)
        func member(_ change: (inout TableFiles.Member) -> Void) -> [UInt8] {
            var member = plain
            change(&member)
            return TableFiles.zip([member])
        }
        let whole = TableFiles.zip([plain])
        for (archive, sentence) in [
            (member { $0.checksum = 1 }, "the array 'a' does not have its checksum"),
            (member { $0.ownName = "b.npy" }, "the array 'a' has another name in its own header"),
            (member { $0.ownName = "bb.npy" }, "its member 'a' and its directory do not say the same"),
            (member { $0.flags = 1 }, "its member 'a.npy' is encrypted"),
            (member { $0.method = 12 }, "its member 'a.npy' is compressed by method 12"),
            (member { $0.name = "a.txt" }, "its member 'a.txt' is no array"),
            (member { $0.claimed = 1 << 20 }, "its member 'a.npy' does not fit into it"),
            (member { ($0.deflated, $0.claimed) = ([1], 1 << 28) }, "claims 268435456 bytes, more than can be in it"),
            (TableFiles.zip([plain, plain]), "its member 'a.npy' stands there twice"),
            (Array(whole.dropLast(3)), "its end is missing"),
            (Array(whole.prefix(40) + whole.dropFirst(50)), "its directory does not lie where it says"),
            (whole + whole.suffix(22), "its directory does not lie where it says"),
        ] {
            let said = files.fault(try list(), audio: try files.write(archive, "audio.npz")) { $0.missing = .zero }
            #expect(said?.contains(sentence) == true, "\(said ?? "") for \(sentence)")
        }
    }

    /// What an archive gives: its ids with the numbers' bytes.
    private func content(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
        let archive = try NumpyArchive(InputFile(path: try files.write(bytes, "audio.npz")))
        var found: [String: [UInt8]] = [:]
        try archive.read(archive.ids.strings.indices.map(UInt32.init)) { place, array in
            found[archive.ids.strings[place]] = Array(array.bytes)
        }
        return found
    }

    @Test func everyFlippedBitOfAnArchiveIsRefusedOrChangesNothing() throws {
        let whole = TableFiles.zip(Self.arrays.map { TableFiles.Member(name: $0.0 + ".npy", content: $0.1) })
        let wanted = try content(whole)
        for place in whole.indices {
            var archive = whole
            archive[place] ^= 1 << UInt8(place % 8)
            do {
                let found = try content(archive)
                #expect(found == wanted, "byte \(place)")
            } catch {
                #expect(error is ConversionError, "byte \(place): \(error)")
            }
        }
        for end in stride(from: 0, to: whole.count, by: 5) {
            #expect(throws: ConversionError.self, "\(end) bytes") { try content(Array(whole[..<end])) }
        }
    }

    @Test func arraysThatMakeNoRowAreNamed() throws {
        for (content, sentence) in [
            (
                TableFiles.npy([1, 2, 3, 4], shape: [2, 2]),
                "has the shape (2, 2): nothing is averaged by itself; give --frames"
            ),
            (TableFiles.npy([1], shape: []), "has the shape (), where a row of numbers or a matrix of frames"),
            (TableFiles.npy([], shape: [0, 2]), "has the shape (0, 2), which holds no numbers"),
            (TableFiles.npy([1, 2], shape: [1, 1, 2]), "has the shape (1, 1, 2), where a row"),
            (Self.vector(1, 2, 3), "makes a row of 3 numbers, and the first one made 2"),
            (Array("no array".utf8), "is no NumPy .npy file"),
            (Self.vector(1, 2).dropLast(), "has 7 bytes of data where its header claims (2,)"),
        ] as [([UInt8], String)] {
            let arrays = Self.arrays.map { $0.0 == "d" ? ("d", content) : $0 }
            let said = files.fault(try list(), audio: try files.npz(arrays))
            #expect(said?.contains("the array 'd' " + sentence) == true, "\(said ?? "")")
        }
    }

    // MARK: Ids

    @Test func whatDoesNotMatchIsRefusedOrRecorded() throws {
        let path = try files.npz(Self.arrays.filter { $0.0 != "c" } + [("e", Self.vector(0, 0))])
        let refused = files.fault(try list(), audio: path)
        let sentence =
            "audio.npz has no array for 1 of 4 utterances ('c'): give --allow-missing zero for rows of zeros, or --allow-missing drop to leave them out."
        #expect(refused == sentence)
        let (summary, store) = try files.convert(try list(), audio: path) { $0.missing = .zero }
        #expect(try store.readRows(of: "audio", 0..<4) == [1, 2, 0, 0, 3, 4, 7, 8])
        let said = "audio.npz has no array for 1 of 4 utterances, whose audio is zeros ('c')."
        let unused = "audio.npz: 1 of its 4 arrays belong to no utterance and are left out ('e')."
        #expect(summary.warnings.contains(said) && store.provenance?.warnings.contains(said) == true)
        #expect(summary.warnings.contains(unused))
        #expect(store.provenance?.options == "missing features zero")
        let (_, dropped) = try files.convert(try list(), audio: path) { $0.missing = .drop }
        #expect(dropped.utteranceIDs == ["a", "b", "d"])
        #expect(try dropped.readRows(of: "audio", 0..<3) == [1, 2, 3, 4, 7, 8])
        #expect(
            dropped.provenance?.warnings.contains(
                "audio.npz has no array for 1 of 4 utterances, which are left out ('c').") == true)
    }

    @Test func droppedRowsLeaveOtherFeaturesWhereTheyBelong() throws {
        let lists = try list("dialogue,split,label,text\nx,train,p,0\ny,test,q,1\nx,train,r,2\ny,test,s,3\n")
        let matrix = try files.write(TableFiles.npy([10, 11, 12, 13], shape: [4, 1]), "visual.npy")
        let path = try files.npz([("x_1", Self.vector(5, 6)), ("y_0", Self.vector(3, 4)), ("y_1", Self.vector(7, 8))])
        let (_, store) = try files.convert(lists, audio: path) {
            $0.features.append(.init(name: "visual", modality: .visual, path: matrix))
            $0.missing = .drop
        }
        // Ids that are made count what is dropped too.
        #expect(store.utteranceIDs == ["x_1", "y_0", "y_1"])
        #expect(try store.readRows(of: "visual", 0..<3) == [12, 11, 13])
        #expect(try store.readRows(of: "audio", 0..<3) == [5, 6, 3, 4, 7, 8])
        #expect(try (0..<3).map { try store.sentence($0) } == ["2", "1", "3"])
        #expect(Array(store.labels).map { store.labelNames[Int($0)] } == ["r", "q", "s"])
    }

    @Test func dialoguesThatBecomeEmptyAreDroppedOnRequest() throws {
        let path = try files.npz(Self.arrays.filter { $0.0 == "a" || $0.0 == "c" })
        let refused = files.fault(try list(), audio: path) { $0.missing = .drop }
        #expect(
            refused
                == "1 dialogue has no utterance with arrays of all features (y): give --drop-empty-dialogues to leave them out too, or --allow-missing zero."
        )
        let (summary, store) = try files.convert(try list(), audio: path) {
            $0.missing = .drop
            $0.mending.dropsEmptyDialogues = true
        }
        #expect(store.dialogues.map(\.id) == ["x"])
        #expect(
            summary.warnings.contains("1 dialogue has no utterance with arrays of all features (y) and was dropped."))
        #expect(store.provenance?.options == "missing features drop, empty dialogues dropped")
    }

    @Test func noMatchAtAllProposesAPattern() throws {
        let path = try files.npz([("dia0_utt0", Self.vector(1)), ("dia0_utt1", Self.vector(2))])
        let lists = try list("dialogue,utterance\n0,0\n0,1\n")
        let said = files.fault(lists, audio: path)
        #expect(
            said
                == "audio.npz has no array for any of the 2 utterances: wanted are '0', '1', and there are 'dia0_utt0', 'dia0_utt1'; --id-pattern meld fits all of them."
        )
        let (_, store) = try files.convert(lists, audio: path) { $0.idPattern = try IDPattern("meld") }
        #expect(try store.readRows(of: "audio", 0..<2) == [1, 2])
        #expect(store.provenance?.options == "id pattern meld")
    }

    @Test func anArrayIsNeverThatOfTwo() throws {
        let path = try files.npz([("0", Self.vector(1)), ("1", Self.vector(2))])
        let said = files.fault(try list("dialogue,utterance\nx,0\nx,1\ny,0\n"), audio: path)
        #expect(
            said
                == "audio.npz: the array '0' would be that of utterance 0 of dialogue x and of utterance 0 of dialogue y; say how the ids are made with --id-pattern, such as '{dialogue}_{utterance}'."
        )
    }

    @Test func eachSplitMayHaveItsOwn() throws {
        let lists = [
            TableRequest.List(path: try files.write("dialogue,utterance\n0,0\n0,1\n".utf8, "t.csv"), split: "train"),
            TableRequest.List(path: try files.write("dialogue,utterance\n0,0\n".utf8, "d.csv"), split: "dev"),
        ]
        _ = try files.npz([("0_1", Self.vector(2)), ("0_0", Self.vector(1))], "audio_train.npz")
        _ = try files.npz([("0_0", Self.vector(3))], "audio_dev.npz")
        let (summary, store) = try files.convert(lists, audio: files.folder.file("audio_{split}.npz")) {
            $0.idPattern = try IDPattern("{dialogue}_{utterance}")
        }
        #expect(try store.readRows(of: "audio", 0..<3) == [1, 2, 3])
        #expect(summary.sources.map(\.name) == ["t.csv", "d.csv", "audio_train.npz", "audio_dev.npz"])
        let one = try files.npz(
            ["train/0_0", "train/0_1", "dev/0_0"].enumerated().map { ($1, Self.vector(Double($0))) })
        let (_, joined) = try files.convert(lists, audio: one) {
            $0.idPattern = try IDPattern("{split}/{dialogue}_{utterance}")
        }
        #expect(try joined.readRows(of: "audio", 0..<3) == [0, 1, 2])
        let twice = try files.npz([("0_0", Self.vector(1)), ("0_1", Self.vector(2))])
        let said = files.fault(lists, audio: twice) { $0.idPattern = try IDPattern("{dialogue}_{utterance}") }
        #expect(said?.contains("their splits differ: put {split} into --id-pattern") == true, "\(said ?? "")")
    }

    @Test func eachSplitMayHaveItsMatrix() throws {
        let text = "dialogue,utterance,split\nx,a,train\ny,b,dev\nx,c,train\nz,d,train\ny,e,dev\n"
        func matrix(_ values: Double..., split: String, width: Int = 1) throws {
            _ = try files.write(
                TableFiles.npy(values, shape: [values.count / width, width], type: "<f8"), "audio_\(split).npy")
        }
        try matrix(1, 2, 3, split: "train")
        try matrix(10, 11, split: "dev")
        let path = files.folder.file("audio_{split}.npy")
        let (summary, store) = try files.convert(try list(text), audio: path)
        // In the store's order: a, c, d of train, and b, e.
        #expect(store.utteranceIDs == ["a", "c", "d", "b", "e"])
        #expect(try store.readRows(of: "audio", 0..<5) == [1, 2, 3, 10, 11])
        #expect(summary.sources.map(\.layout) == ["table of utterances", ".npy matrix", ".npy matrix"])
        #expect(store.features[0].sourceDataType == "float64")
        try matrix(10, 11, 12, split: "dev")
        #expect(
            files.fault(try list(text), audio: path)
                == "audio_dev.npy has 3 rows for the 2 utterances of the split dev; give one row per utterance.")
        try matrix(10, 11, 12, 13, split: "dev", width: 2)
        #expect(
            files.fault(try list(text), audio: path)
                == "audio_dev.npy has rows of 2 numbers, and audio_train.npy of 1; give matrices of one width.")
        _ = try files.npz([("a", Self.vector(1))], "audio_dev.npy")
        #expect(files.fault(try list(text), audio: path)?.hasSuffix("give files of one kind for all splits.") == true)
    }

    @Test(arguments: [
        ("meld", "0", "3", "dia0_utt3"), ("meld", "dia0", "utt3", "dia0_utt3"), ("meld", "0", "dia0_utt3", "dia0_utt3"),
        ("meld", "0", "", "dia0_utt7"),
        ("iemocap", "Ses01F_impro01", "Ses01F_impro01_F000", "Ses01F_impro01_F000"),
        ("iemocap", "Ses01F_impro01", "F000", "Ses01F_impro01_F000"),
        ("csd", "video", "3", "video[3]"), ("csd", "video", "", "video[7]"), ("csd", "video", "video_3", "video[3]"),
        ("csd", "video", "video[3]", "video[3]"),
        ("{split}-{dialogue}.{number}", "d", "u", "dev-d.7"), ("{utterance}x", "d", "é", "éx"),
        ("u{utterance}", "d", "", "u7"),
    ])
    func idsAreMadeByPatterns(pattern: String, dialogue: String, utterance: String, wanted: String) throws {
        var id: [UInt8] = []
        let pattern = try IDPattern(pattern)
        Array(dialogue.utf8).withUnsafeBytes { dialogue in
            Array(utterance.utf8).withUnsafeBytes { utterance in
                pattern.write(.init(dialogue: dialogue, utterance: utterance, number: 7, split: "dev"), to: &id)
            }
        }
        #expect(String(decoding: id, as: UTF8.self) == wanted)
    }

    @Test func patternsThatSayNothingAreRefused() {
        for (text, sentence) in [
            ("{dialogue}", "has neither {utterance} nor {number}"), ("{utt}", "has another word in braces"),
            ("iemocap2", "named patterns are meld, iemocap, csd"),
        ] {
            let fault = #expect(throws: ConversionError.self) { try IDPattern(text) }
            #expect(fault.map { "\($0)".contains(sentence) } == true, "\(fault.map { "\($0)" } ?? "")")
        }
    }

    // MARK: Frames, types and mends

    @Test(arguments: [
        (FrameReduction.mean, [2, 3] as [Float]), (.max, [3, 5]), (.last, [3, 1]),
        (.meanAndDeviation, [2, 3, Float((2.0 / 3).squareRoot()), Float((8.0 / 3).squareRoot())]),
    ])
    func framesBecomeARowOnRequest(frames: FrameReduction, wanted: [Float]) throws {
        // Rows (1, 3), (2, 5), (3, 1), once in row order and once column after column.
        let rows = TableFiles.npy([1, 3, 2, 5, 3, 1], shape: [3, 2], type: "<f8")
        let columns = TableFiles.npy([1, 2, 3, 3, 5, 1], shape: [3, 2], type: "<i2", isFortran: true)
        let path = try files.npz([("a", rows), ("c", columns), ("b", rows), ("d", rows)])
        let (_, store) = try files.convert(try list(), audio: path) { $0.frames = frames }
        #expect(try store.readRows(of: "audio", 0..<4) == Array(repeating: wanted, count: 4).flatMap { $0 })
        #expect(store.provenance?.options == "frames \(frames.rawValue)")
        #expect(store.features[0].sourceDataType == "float64, int16")
    }

    @Test func aSingleFrameIsARow() throws {
        let arrays = Self.arrays.map { ($0.0, $0.0 == "b" ? TableFiles.npy([3, 4], shape: [1, 2]) : $0.1) }
        try expect(try files.npz(arrays), layout: ".npz of arrays by id")
    }

    @Test func mendsAreCountedInTheStore() throws {
        let arrays = [
            ("a", Self.vector(1, .nan)), ("b", Self.vector(1e39, -.infinity, type: "<f8")),
            ("c", Self.vector(-1e39, 4, type: "<f8")), ("d", Self.vector(.infinity, 8)),
        ]
        let path = try files.npz(arrays)
        let (summary, store) = try files.convert(try list(), audio: path) {
            $0.mending.replacement = 0.5
            $0.mending.clipsToFloat32 = true
        }
        let most = Float.greatestFiniteMagnitude
        #expect(try store.readRows(of: "audio", 0..<4) == [1, 0.5, -most, 4, most, 0.5, 0.5, 8])
        #expect(try store.mendedValues(of: "audio") == MendedValues(replaced: 3, clipped: 2))
        #expect(store.provenance?.options == "NaN and infinity replaced by 0.5, clipped to float32")
        #expect(summary.warnings.contains("audio: 3 values were NaN or infinite and were replaced by 0.5."))
        #expect(summary.warnings.contains("audio: 2 values lie beyond float32's range and were clipped to it."))
        // What nobody asked for is refused: numbers beyond the range are no infinities of the source.
        let beyond = files.fault(try list(), audio: path) { $0.mending.replacement = 0 }
        #expect(beyond?.contains("the value -1e+39 stands in column 0 of utterance 'c'") == true, "\(beyond ?? "")")
        let infinite = files.fault(try list(), audio: path) { $0.mending.clipsToFloat32 = true }
        #expect(infinite?.contains("the value nan stands in column 1 of utterance 'a'") == true, "\(infinite ?? "")")
    }

    @Test func framesAreMendedBeforeTheyAreReduced() throws {
        let matrix = TableFiles.npy([1, .nan, 3, 4, .infinity, 6], shape: [3, 2], type: "<f8")
        let path = try files.npz(["a", "b", "c", "d"].map { ($0, matrix) })
        for (frames, wanted) in [(FrameReduction.mean, [4.0 / 3, 10.0 / 3]), (.last, [0, 6])] {
            let (_, store) = try files.convert(try list(), audio: path) {
                $0.frames = frames
                $0.mending.replacement = 0
            }
            #expect(try store.readRows(of: "audio", 0..<1) == wanted.map { Float($0) })
            #expect(try store.mendedValues(of: "audio").replaced == (frames == .last ? 4 : 8))
        }
    }
}
