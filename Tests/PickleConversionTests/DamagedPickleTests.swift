import Conversion
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Damage of every kind is refused in one sentence; nothing else ever comes out of reading.
@Suite struct DamagedPickleTests {
    private func handle(_ bytes: [UInt8]) throws -> PythonHandle {
        try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    @Test(arguments: [(0, true), (1, true), (2, true), (2, false), (3, false), (4, false), (5, false)])
    func truncationAtEveryByteIsRefused(number: Int, python2: Bool) throws {
        let bytes = try Samples.pickle(
            "{\"protocol\":\(number),\"python2\":\(python2),\"without\":[1,2,4,5],\"rows\":\"arrays\"}")
        let wrong = try Samples.call("hostile_checks", "load_every_truncation", [try handle(bytes)]).text()
        #expect(wrong == "[]")
    }

    struct Mutations: Decodable {
        var loaded: Int
        var refused: Int
        var other: String
    }

    @Test(arguments: [0, 2, 4, 5])
    func randomMutationsNeverEscape(number: Int) throws {
        let bytes = try Samples.pickle("{\"protocol\":\(number),\"python2\":\(number < 3),\"without\":[1,2,4,5]}")
        let json = try Samples.call("hostile_checks", "load_mutations", [try handle(bytes), try Python.string("600")])
        let outcome = try JSONDecoder().decode(Mutations.self, from: try json.withContent { Data($0) })
        #expect(outcome.other == "")
        #expect(outcome.loaded + outcome.refused == 600)
        #expect(outcome.refused > 100)
    }

    @Test(arguments: [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is a Git LFS pointer"),
        ("\n <!DOCTYPE html><html><head><title>Quota exceeded</title>", "is a web page (HTML)"),
        ("\u{1F}\u{8B}\u{08}\u{00}", "is a gzip archive"), ("PK\u{03}\u{04}\u{14}", "is a zip archive"),
        ("BZh91AY", "is a bzip2 archive"), ("\u{93}NUMPY\u{01}", "is a NumPy .npy array"),
        ("\u{89}HDF\r\n\u{1A}\n", "is an HDF5 file"),
        ("", "is empty"), ("\u{00}\u{00}\u{00}", "nothing but zero bytes"),
        ("hello, world", "is text and not a pickle"),
        ("{\"a\": 1}", "is JSON and not a pickle"), ("[{\"a\": 1}]", "is JSON and not a pickle"),
        ("Not found\n", "is text and not a pickle"),
        ("id,label\n1,2\n", "is a table in text (CSV)"), ("\u{FF}\u{FE}h\u{00}", "is text in UTF-16"),
        ("\u{FD}7zXZ\u{00}", "is an xz archive"),
        ("\u{28}\u{B5}\u{2F}\u{FD}", "is a zstd archive"), ("7z\u{BC}\u{AF}\u{27}\u{1C}", "is a 7z archive"),
        ("\u{7F}ELF\u{02}", "is a program"),
        ("MATLAB 5.0 MAT-file", "is a MATLAB file"), ("x\u{9C}\u{00}", "is compressed with zlib"),
        ("SQLite format 3\u{00}", "is an SQLite database"),
        ("\u{02}\u{00}\u{00}\u{00}\u{00}\u{00}\u{00}\u{00}{\"}", "is a safetensors file"),
        ("\u{89}PNG\r\n\u{1A}\n", "is a picture"),
        (String(repeating: "a\u{00}", count: 128) + "\u{00}ustar\u{00}00", "is a tar archive"),
        ("\u{7}garbage", "is not a pickle"),
    ])
    func wrongKindsAreNamed(content: String, meaning: String) throws {
        let folder = try TemporaryFolder()
        let path = try Samples.write(content.unicodeScalars.map { UInt8($0.value) }, "features.pkl", in: folder.path)
        let request = ConversionRequest(inputs: [path], output: folder.file("out.h5"))
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        let sentence = "\(fault!)"
        #expect(
            sentence.hasPrefix("features.pkl ") && sentence.contains(meaning) && sentence.hasSuffix("."), "\(sentence)")
        #expect(try folder.names() == ["features.pkl"])
    }
}
