import FeatureStore
import Files
import Foundation
import StoreTools
import TestSupport
import Testing

@Suite struct ExportTests {
    /// Members of an archive that this project wrote: by name, the bytes.
    private func members(of path: String) throws -> [String: Data] {
        let bytes = try Data(contentsOf: URL(filePath: path))
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
        }
        var members: [String: Data] = [:]
        var entry = number(bytes.count - 6, 4)
        for _ in 0..<number(bytes.count - 12, 2) {
            let (nameLength, extraLength, size) = (number(entry + 28, 2), number(entry + 30, 2), number(entry + 24, 4))
            let name = String(decoding: bytes[entry + 46..<entry + 46 + nameLength], as: UTF8.self)
            let local = number(entry + 42, 4)
            let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
            var checksum = CRC32()
            Data(bytes[start..<start + size]).withUnsafeBytes { checksum.update($0) }
            #expect(number(entry + 16, 4) == Int(checksum.value) && number(local + 14, 4) == Int(checksum.value))
            members[name] = Data(bytes[start..<start + size])
            entry += 46 + nameLength + extraLength
        }
        return members
    }

    @Test func archiveHoldsTheRows() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        let output = OutputPath(folder.file("out.npz"))
        try StoreExport.write(
            StoreSelection(splits: ["valid", "test"], features: ["audio"]), of: store, to: output, as: .npz)
        let members = try members(of: output.path)
        let first = store.dialogues[6].range.lowerBound
        let audio = try #require(members["features/audio.npy"])
        let rows = try store.readRows(of: "audio", first..<store.utteranceCount)
        #expect(audio.count % 64 == (rows.count * 4) % 64)
        let header = String(decoding: audio[10..<128], as: UTF8.self)
        #expect(header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows.count / 7), 7), }"))
        #expect(audio.suffix(rows.count * 4) == rows.withUnsafeBytes { Data($0) })
        #expect(members.keys.contains("sentences.npy") && members["features/visual.npy"] == nil)
        #expect(try folder.names() == ["out.npz", "store.h5"])
    }

    @Test func pickleHoldsTheRows() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        try StoreExport.write(of: store, to: OutputPath(folder.file("out.pkl")), as: .pickle)
        let bytes = try Data(contentsOf: URL(filePath: folder.file("out.pkl")))
        #expect(bytes.prefix(2) == Data([0x80, 4]) && bytes.last == UInt8(ascii: "."))
        for feature in store.features {
            let rows = try store.readRows(of: feature.name, 0..<store.utteranceCount)
            #expect(bytes.range(of: rows.withUnsafeBytes { Data($0) }) != nil)
        }
        #expect(throws: StoreToolsError.self) {
            try StoreExport.write(of: store, to: OutputPath(folder.file("out.pkl")), as: .pickle)
        }
        #expect(throws: StoreToolsError.self) {
            try StoreExport.write(of: store, to: OutputPath(folder.file("missing/out.pkl")), as: .pickle)
        }
    }

    @Test func sameInputSameBytes() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        for form in StoreExport.Form.allCases {
            for name in ["a", "b"] {
                try StoreExport.write(of: store, to: OutputPath(folder.file("\(name).\(form)")), as: form)
            }
            #expect(
                try Data(contentsOf: URL(filePath: folder.file("a.\(form)")))
                    == Data(contentsOf: URL(filePath: folder.file("b.\(form)"))))
        }
    }
}
