import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import TableConversion

/// What people's lists and matrices hold that a converter could take in two ways, or silently for something else.
@Suite struct TableFaultTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    /// A `.npy` file of float32 zeros, by default with the header of a matrix of `rows` and two columns.
    private func matrix(_ rows: Int, header: String? = nil, minor: UInt8 = 0) throws -> String {
        var header = header ?? "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), 2), }"
        header += String(repeating: " ", count: 127 - header.utf8.count % 64 - 10) + "\n"
        let count = header.utf8.count
        let head: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, minor, UInt8(count & 255), UInt8(count >> 8)]
        return try write(head + Array(header.utf8) + [UInt8](repeating: 0, count: 8 * rows), "audio.npy")
    }

    private func convert(
        _ list: String, rows: Int, labels: [String]? = nil
    ) throws -> (warnings: [String], store: Store) {
        var request = TableRequest(
            manifest: try write(list.utf8, "list.csv"),
            features: [.init(name: "audio", modality: .audio, path: try matrix(rows))], output: folder.file("out.h5"))
        request.overwrites = true
        request.labelNames = labels
        let summary = try TableConverter.convert(request)
        let warnings = summary.warnings.filter { !$0.contains(" names no ") }
        return (warnings, try Store(opening: summary.store.path))
    }

    /// The sentence with which a list is refused.
    private func fault(_ list: String, labels: [String]? = nil) throws -> String {
        "\(try #require(#expect(throws: ConversionError.self, "\(list)") { try convert(list, rows: 2, labels: labels) }))"
    }

    @Test func listsThatAreNoneAreRefused() throws {
        for (list, sentence) in [
            ("dialogue,label\nd,\"a\"x\n", "line 2 has more behind a closing quote"),
            ("dialogue,label\nd,\"a\" \n", "line 2 has more behind a closing quote"),
            ("dialogue\rd\rd\r", "line 1 holds a carriage return without a line feed"),
            ("dialogue,label\nd,a\rb\n", "line 2 holds a carriage return without a line feed"),
            ("dialogue;label\nd;a\n", "has semicolons between its columns"),
            ("Dialogue_ID\tlabel\nd\ta\n", "has tabs between its columns"),
            ("Dialogue ID,label\nd,a\n", "give --column 'dialogue=Dialogue ID' if it holds the dialogues' ids"),
            ("[{\"dialogue\": \"d\"}]", "begins as a JSON array does"),
            ("{\"dialogue\": \"d\",}", "line 1 is no JSON object"),
            ("{\"dialogue\": \"d\"} x", "line 1 is no JSON object"),
            ("{\"dialogue\": \"d\", \"label\": NaN}", "line 1 is no JSON object"),
            ("{\"dialogue\": \"d\", \"more\": [1,]}", "line 1 is no JSON object"),
            ("{\"dialogue\": \"d\", \"more\": 01}", "line 1 is no JSON object"),
            ("{\"dialogue\": \"d\", \"dialogue\": \"e\"}", "line 1 gives two values under one name"),
            ("{\"dialogue\": \"d\", \"\\u0064ialogue\": \"e\"}", "line 1 gives two values under one name"),
            (
                "{\"dialogue\": \"d\", \"more\": \(String(repeating: "[", count: 70))\(String(repeating: "]", count: 70))}",
                "more than 64 deep"
            ),
            ("dialogue\n\nd\n,\n", "has 2 fields for 1 columns"),
            ("dialogue,text\n,x\n", "line 2 has no dialogue"),
            ("dialogue,speaker\nd,A\u{0}n\n", "line 2 has a zero byte in the speaker"),
            (
                "dialogue,utterance\nd,\(String(repeating: "x", count: 513))\n",
                "line 2 has a name of 513 bytes as its utterance"
            ),
            ("PK\u{3}\u{4}", "is a zip archive"),
        ] {
            let said = try fault(list)
            #expect(said.contains(sentence), "\(said)")
        }
    }

    @Test func labelsThatMeanTwoThingsAreRefused() throws {
        for word in ["nan", "NaN", "None", "<NA>", "NULL"] {
            let said = try fault("dialogue,label\nd,joy\nd,\(word)\n")
            #expect(said.contains("line 3 has the label '\(word)', as pandas and NumPy write a value that is missing"))
        }
        for (one, other) in [
            ("joy", "joy "), ("joy", "jo\u{200B}y"), ("caf\u{E9}", "cafe\u{301}"), ("a b", "a\u{A0}b"),
        ] {
            let said = try fault("dialogue,label\nd,\(one)\nd,\(other)\n")
            #expect(said.contains("line 3") && said.contains("differ only in spaces"), "\(said)")
        }
        for (list, labels, sentence) in [
            ("joy\nd,5000", nil, "line 2 has the label 'joy', a name, and line 3 has '5000', a number"),
            ("1\nd,5000", nil, "line 3 has the label '5000': numbers of classes go from 0 to 4095"),
            ("-1\nd,-2", nil, "others have -1, which means no label"),
            ("x\nd,y", ["x", "x", "y"], "--labels names 'x' twice"),
            ("x\nd,y", ["x", "", "y"], "--labels has an empty name"),
            ("x\nd,5", ["x", "y"], "the label '5' of dialogue d is none of x, y"),
        ] as [(String, [String]?, String)] {
            let said = try fault("dialogue,label\nd,\(list)\n", labels: labels)
            #expect(said.contains(sentence), "\(said)")
        }
    }

    @Test func numbersAreClassesInTheirOrder() throws {
        func classes(_ labels: String..., given: [String]? = nil) throws -> ([String], [Int32], Int) {
            let (warnings, store) = try convert(
                "dialogue,label\n" + labels.map { "d,\($0)\n" }.joined(), rows: labels.count, labels: given)
            return (store.labelNames, Array(store.labels), warnings.count)
        }
        #expect(try classes("2", "0", "-1", "") == (["0", "1", "2"], [2, 0, -1, -1], 0))
        #expect(try classes("2.0", "10.0", "-1.0", "") == ((0...10).map(String.init), [2, 10, -1, -1], 1))
        #expect(try classes("10.5", "-2", "2.5") == (["-2", "2.5", "10.5"], [2, 0, 1], 1))
        #expect(try classes("1.0", "b", given: ["a", "b"]) == (["a", "b"], [1, 1], 0))
        #expect(try classes("-1", "1", given: ["-1", "0", "1"]) == (["-1", "0", "1"], [0, 2], 0))
        #expect(try classes("nan", "joy", given: ["joy", "nan"]) == (["joy", "nan"], [1, 0], 0))
    }

    @Test func whatMayBeMeantOtherwiseIsSaid() throws {
        for (list, sentence) in [
            ("dialogue,Emotion\nd,joy\nd,sad\n", "has no column called label, and 'Emotion' is ignored"),
            ("dialogue,sentence\nd,joy\nd,sad\n", "has no column called text, and 'sentence' is ignored"),
            (
                "{\"dialogue\": \"d\", \"emotion\": \"joy\"}\n{\"dialogue\": \"d\"}\n",
                "has no column called label, and 'emotion' is ignored"
            ),
            (
                "dialogue,text\nd,It\u{92}s\nd,x\n",
                "one text holds control characters of U+0080 to U+009F, first on line 2"
            ),
            (
                "dialogue,speaker\nd,caf\u{E9}\nd,cafe\u{301}\n",
                "the speakers 'caf\u{E9}' and 'cafe\u{301}' differ only in"
            ),
            ("dialogue,label,split\nd,joy,train\ne,,dev\n", "the valid dialogues have no labels"),
            ("dialogue\nd\nd \n", "the dialogues 'd' and 'd ' differ only in"),
        ] {
            let (warnings, store) = try convert(list, rows: 2)
            #expect(warnings.count == 1, "\(warnings)")
            #expect(warnings.first?.contains(sentence) == true, "\(warnings)")
            #expect(store.utteranceCount == 2)
        }
        // Names are bytes: both forms stay.
        let (_, store) = try convert("dialogue,speaker\nd,caf\u{E9}\nd,cafe\u{301}\n", rows: 2)
        #expect(store.speakerNames.map { $0.utf8.count }.sorted() == [5, 6] && Set(store.speakers).count == 2)
    }

    @Test func emptyCellsAreAsMissingOnes() throws {
        let (_, store) = try convert("dialogue,utterance,speaker\nd,,Ann\nd,x,\ne,,Ann\n", rows: 3)
        #expect(Array(store.utteranceIDs) == ["d_0", "x", "e_0"])
        #expect(store.speakerNames == ["Ann", "unknown"] && Array(store.speakers) == [0, 1, 0])
        #expect(try fault("dialogue,utterance\nd,\nd,d_0\n").contains("the id that it would get, d_0"))
    }

    @Test func headersThatNumPyDoesNotWriteAreRefused() throws {
        func open(_ header: String, minor: UInt8 = 0) throws -> NumpyMatrix {
            try NumpyMatrix(InputFile(path: try matrix(2, header: header, minor: minor)))
        }
        for header in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}",
            "{\"descr\":\"|f4\",'shape':(2L,2L,),'fortran_order':False}",
        ] {
            #expect(try open(header).rows == 2)
        }
        for (header, sentence) in [
            ("{'descr': '!f4', 'fortran_order': False, 'shape': (2, 2), }", "its descr is '!f4'"),
            ("{'descr': '<f4', 'descr': '<i4', 'fortran_order': False, 'shape': (2, 2), }", "it names descr twice"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'more': True}", "a value called more"),
            ("{'descr': '<f4', 'shape': (2, 2), }", "does not name descr, fortran_order and shape"),
            ("{'descr': '<f4', 'fortran_order': 'False', 'shape': (2, 2), }", "neither True nor False"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (02, 2), }", "no tuple of whole numbers"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (4), }", "no tuple of whole numbers"),
            ("{'descr': '<f4' 'fortran_order': False, 'shape': (2, 2), }", "no comma"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), } x", "more follows"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "holds no plain numbers"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 2), }", "as frames of each utterance have"),
        ] {
            let fault = #expect(throws: ConversionError.self) { try open(header) }
            #expect(fault.map { "\($0)".contains(sentence) } == true, "\(fault.map { "\($0)" } ?? "")")
        }
        #expect(throws: ConversionError.self) {
            try open("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", minor: 1)
        }
    }

    /// A matrix that another program writes to while it is read leaves no store, whichever file it is.
    @Test(arguments: ["audio.npy", "list.csv"])
    func filesThatChangeMeanwhileAreRefused(changed: String) throws {
        let request = TableRequest(
            manifest: try write("dialogue\nd\nd\n".utf8, "list.csv"),
            features: [.init(name: "audio", modality: .audio, path: try matrix(2))], output: folder.file("out.h5"))
        var isDone = false
        let fault = #expect(throws: ConversionError.self) {
            try TableConverter.convert(request) { progress in
                guard progress.stage == "Writing features", !isDone else { return }
                isDone = true
                let file = try FileHandle(forUpdating: URL(filePath: folder.file(changed)))
                let last = try file.seekToEnd()
                try file.seek(toOffset: last - 1)
                try file.write(contentsOf: [0x0A])
                try file.close()
            }
        }
        #expect(fault.map { "\($0)".contains("\(changed) cannot be read: it was changed while it was read") } == true)
        #expect(isDone && !FileManager.default.fileExists(atPath: folder.file("out.h5")))
    }
}
