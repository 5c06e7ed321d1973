import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import TableConversion

/// Stores from lists of utterances and `.npy` matrices.
@Suite struct TableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let csv = """
        dialogue,utterance,speaker,label,split,text,remark
        d1,a,Ann,calm,train,"Well, ""hello"".",x
        d2,b,Bob,glad,test,Where?,
        d1,c,Bob,,train,"two
        lines",
        d3,d,Ann,cross,dev,Où?,\r

        d2,e,Ann,calm,test,,
        """

    private func write(_ text: String, _ name: String = "list.csv") throws -> String {
        try write(Array(text.utf8), name)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    /// A version 1 `.npy` file.
    private func matrix(
        _ name: String, rows: Int = 5, width: Int = 3, type: String = "<f4", fortran: Bool = false,
        shape: String? = nil,
        bytes: [UInt8]? = nil
    ) throws -> String {
        var header =
            "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape ?? "(\(rows), \(width))"), }"
        header += String(repeating: " ", count: 64 - (11 + header.utf8.count) % 64) + "\n"
        let count = header.utf8.count
        var content: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(header.utf8)
        content +=
            bytes
            ?? (0..<rows * width).flatMap { index -> [UInt8] in
                withUnsafeBytes(of: Float(index).bitPattern.littleEndian) { Array($0) }
            }
        return try write(content, name)
    }

    private func convert(
        _ manifest: String, _ features: [TableRequest.Feature], prepare: (inout TableRequest) -> Void = { _ in }
    ) throws -> (ConversionSummary, Store) {
        var request = TableRequest(manifest: manifest, features: features, output: folder.file("out.h5"))
        request.overwrites = true
        prepare(&request)
        let summary = try TableConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    private func audio(_ path: String) -> [TableRequest.Feature] {
        [.init(name: "audio", modality: .audio, path: path)]
    }

    @Test func everyKnownValueIsInTheStore() throws {
        let (summary, store) = try convert(try write(Self.csv), audio(try matrix("audio.npy")))
        #expect(summary.warnings == [])
        #expect(store.dialogues.map(\.id) == ["d1", "d3", "d2"])
        #expect(store.dialogues.map(\.sourcePosition) == [0, 1, 2])
        #expect(store.splits.map(\.name) == ["train", "valid", "test"])
        #expect(store.utteranceIDs == ["a", "c", "d", "b", "e"])
        #expect(store.labelNames == ["calm", "cross", "glad"])
        #expect(Array(store.labels) == [0, -1, 1, 2, 0])
        #expect(store.speakerNames == ["Ann", "Bob"] && Array(store.speakers) == [0, 1, 0, 1, 0])
        #expect(store.speakerScope == .corpus)
        #expect(try (0..<5).map { try store.sentence($0) } == ["Well, \"hello\".", "two\nlines", "Où?", "Where?", ""])
        #expect(try store.readRows(of: "audio", 0..<5) == [0, 1, 2, 6, 7, 8, 9, 10, 11, 3, 4, 5, 12, 13, 14])
        #expect(summary.sources.map(\.layout) == ["table of utterances", ".npy matrix"])
        #expect(summary.sources[1].sha256.count == 64)
    }

    @Test func jsonLinesSayTheSame() throws {
        let (first, _) = try convert(try write(Self.csv), audio(try matrix("audio.npy")))
        let lines = """
            {"dialogue": "d1", "utterance": "a", "speaker": "Ann", "label": "calm", "split": "train", "text": "Well, \\"hello\\"."}
            {"dialogue": "d2", "utterance": "b", "speaker": "Bob", "label": "glad", "split": "test", "text": "Where?", "more": [1]}
            {"dialogue": "d1", "utterance": "c", "speaker": "Bob", "label": null, "split": "train", "text": "two\\nlines"}

            {"dialogue": "d3", "utterance": "d", "speaker": "Ann", "label": "cross", "split": "valid", "text": "Où?"}
            {"dialogue": "d2", "utterance": "e", "speaker": "Ann", "label": "calm", "split": "test"}
            """
        let (second, _) = try convert(try write(lines, "list.jsonl"), audio(try matrix("audio.npy")))
        // Origins of splits name their file; everything else is the same content.
        let renamed = try write(lines, "list.csv")
        let (third, _) = try convert(renamed, audio(try matrix("audio.npy")))
        #expect(third.store.contentID == first.store.contentID)
        #expect(second.splits == first.splits)
    }

    /// Fields longer than the pieces in which a manifest is read, records across their borders, and rows without ids.
    @Test func longManifestsAreReadInPieces() throws {
        let count = 3000
        let long = String(repeating: "Ja, \"naïve\".\n", count: 200_000)
        var (csv, json) = ("\u{FEFF}dialogue,text\r\n", "\u{FEFF}\n")
        for row in 0..<count {
            let text =
                row == 1000
                ? long
                : "Row \(row), said \"so\" with a \\ and a long tail of words to fill a piece of the file \(String(repeating: "…", count: row % 97))"
            csv += "d\(row % 7),\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\"\r\n"
            let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
                .replacingOccurrences(of: "\n", with: "\\n")
            // What plain reading leaves to Foundation, now and then.
            json +=
                row % 5 == 0
                ? "{\"more\": [1.5, {}], \"text\": \"\(escaped.replacingOccurrences(of: "…", with: "\\u2026"))\", \"dialogue\": \"d\(row % 7)\"}\n"
                : "{\"dialogue\":\"d\(row % 7)\" , \"n\": -1, \"text\":\"\(escaped)\", \"label\":null}\n"
        }
        let matrix = audio(try matrix("audio.npy", rows: count, width: 1))
        let (first, store) = try convert(try write(csv), matrix)
        #expect(store.dialogues.map(\.id) == (0..<7).map { "d\($0)" })
        #expect(store.utteranceIDs.prefix(2).elementsEqual(["d0_0", "d0_1"]))
        #expect(try store.readRows(of: "audio", 0..<3) == [0, 7, 14])
        let place = try #require(store.utteranceIDs.firstIndex(of: "d6_142"))
        #expect(try store.sentence(place) == long)
        let (second, _) = try convert(try write(json), matrix)
        #expect(second.store.contentID == first.store.contentID)
    }

    @Test(arguments: [
        ("a,b\n", [["a", "b"]]),
        ("\"a\"\"b\",\"\"\n\n\"x\ny\",z\r\n", [["a\"b", ""], ["x\ny", "z"]]),
        ("a\"b\"c,d", [["a\"b\"c", "d"]]),
        (",\n\"\"\nq", [["", ""], ["q"]]),
    ])
    func recordsAreReadAsWritten(text: String, records: [[String]]) throws {
        let lines = CSVLines(try InputFile(path: try write(text)))
        var found: [[String]] = []
        while try lines.next() { found.append(lines.fields.map { String(decoding: $0, as: UTF8.self) }) }
        #expect(found == records)
    }

    @Test(arguments: [
        "{\"dialogue\": \"a\", \"dialogue\": \"b\"}", "{\"dialogue\": 1.5}", "{\"dialogue\": 01}", "{\"dialogue\": -0}",
        "{\"dialogue\": \"a\"} x", "{\"dialogue\": \"a\",}", "{\"dialogue\": \"a\tb\"}", "{\"dialogue\": \"\\u0061\"}",
        "{\"dialogue\": \"a", "{\"dialogue\":", "{\"dialogue\": \"a\\", "{}", "{\"dialogue\": null}",
        "{\"dialogue\": [1]}", "{\"dialogue\": 1",
    ])
    func whatIsNotPlainIsLeftToFoundation(line: String) {
        var bytes = Array(line.utf8)
        bytes.withUnsafeMutableBytes { memory in
            var object = PlainJSONObject(memory)
            #expect(object.row() == nil)
            #expect(object.original == Array(line.utf8))
        }
    }

    @Test func layersTypesAndNumbersAsLabels() throws {
        let halves = try matrix("half.npy", type: ">f2", bytes: (0..<15).flatMap { _ in [0x3C, 0x00] as [UInt8] })
        let whole = try matrix("whole.npy", type: "|u1", bytes: (0..<15).map { UInt8($0) })
        let matrices = [
            TableRequest.Feature(name: "text_1", modality: .text, layer: 1, path: halves),
            TableRequest.Feature(name: "text_2", modality: .text, layer: 2, path: whole),
        ]
        let (summary, store) = try convert(try write("label,dialogue\n2,x\n0,x\n1,y\n3,z\n-1,z\n"), matrices)
        #expect(store.labelNames == ["0", "1", "2", "3"] && Array(store.labels) == [2, 0, 1, 3, -1])
        #expect(try store.readRows(of: "text_1", 0..<1) == [1, 1, 1])
        #expect(try store.readRows(of: "text_2", 4..<5) == [12, 13, 14])
        #expect(store.features.map(\.sourceDataType) == ["float16 big-endian", "uint8"])
        #expect(summary.warnings.count == 2)
        let (chosen, again) = try convert(try write("label,dialogue\n2,x\n0,x\n1,y\n3,z\n-1,z\n"), matrices) {
            $0.splitChoice = SplitChoice(validFraction: 0.3, seed: 5)
            $0.labelNames = ["a", "b", "c", "d"]
        }
        #expect(chosen.splits.map(\.dialogues) == [2, 1])
        #expect(again.labelNames == ["a", "b", "c", "d"])
    }

    @Test(arguments: [
        ("", "list.csv is empty"),
        ("who,what\n1,2\n", "list.csv has no column called dialogue in its first line"),
        ("dialogue,dialogue\n", "list.csv has two columns called dialogue"),
        ("dialogue\n", "list.csv names no utterances"),
        ("dialogue,text\nd1\n", "list.csv: line 2 has 1 fields for 2 columns."),
        ("dialogue,text\nd1,\"x\n", "the record on line 2 has a quote that is not closed"),
        ("dialogue,split\nd1,train\nd1,test\n", "line 3 puts dialogue d1 into the split test after it was in train"),
        ("dialogue,split\nd1,tarin\n", "has the split 'tarin'"),
        ("{\"dialogue\": \"a\"}\n{\"text\": 1.5}\n", "line 2 is no JSON object with a dialogue"),
        ("dialogue\na\nb\n", "audio.npy has 5 rows for the 2 utterances of list.csv"),
    ])
    func faultsAreNamed(manifest: String, sentence: String) throws {
        let path = try matrix("audio.npy")
        let fault = #expect(throws: ConversionError.self) { try convert(try write(manifest), audio(path)) }
        #expect(fault.map { "\($0)".contains(sentence) } == true, "\(fault.map { "\($0)" } ?? "")")
        #expect(try folder.names().sorted() == ["audio.npy", "list.csv"])
    }

    @Test func matricesThatAreNoneAreNamed() throws {
        let manifest = try write("dialogue\na\nb\n")
        for (path, sentence) in [
            (try matrix("f.npy", fortran: true), "is stored column after column"),
            (try matrix("o.npy", type: "|O"), "holds no plain numbers"),
            (try matrix("v.npy", shape: "(15,)"), "has the shape (15,)"),
            (try matrix("n.npy", shape: "(5, -3)"), "its shape is no tuple of whole numbers"),
            (try matrix("h.npy", shape: "(9223372036854775807, 3)"), "where its header claims"),
            (try matrix("s.npy", bytes: [1, 2, 3]), "has 3 bytes of data where its header claims 5 × 3 values"),
            (try write("no matrix at all", "x.npy"), "is no NumPy .npy file"),
        ] {
            let fault = #expect(throws: ConversionError.self) { try convert(manifest, audio(path)) }
            #expect(fault.map { "\($0)".contains(sentence) } == true, "\(fault.map { "\($0)" } ?? "")")
        }
    }
}
