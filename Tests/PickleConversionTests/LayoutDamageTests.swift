import Conversion
import TestSupport
import Testing

@testable import PickleConversion

/// A sample of every layout in every protocol's form, cut and changed byte by byte, goes the whole way to a store's rows: it is
/// refused in one sentence, or (where a changed byte is only another number) converts. `make fuzz` cuts at every byte, this at every eighth.
@Suite struct LayoutDamageTests {
    static func names() throws -> [String] {
        try Samples.call("damage_checks", "names", []).text().split(separator: "\n").map(String.init)
    }

    @Test func truncationIsRefusedInEveryLayout() throws {
        for name in try Self.names() {
            let arguments = [try Python.string(name), try Python.string("8")]
            #expect(try Samples.call("damage_checks", "wrong_truncations", arguments).text() == "[]", "\(name)")
        }
    }

    @Test func aChangedByteNeverEscapesInAnyLayout() throws {
        for name in try Self.names() {
            let arguments = [try Python.string(name), try Python.string("100")]
            #expect(try Samples.call("damage_checks", "escapes", arguments).text() == "[]", "\(name)")
        }
    }

    @Test func everyLayoutIsAmongThem() throws {
        let names = try Self.names()
        #expect(names.count == 88)
        #expect(Set(names.map { $0.split(separator: " ").dropLast().joined(separator: " ") }).count == 17)
    }

    /// Large files are read in runs of arrays, small ones are not: the samples named 'long' are read as large files are, and
    /// give the same content.
    @Test(arguments: [(2, true), (3, false), (4, false)])
    func arraysInRunsAreTheSame(number: Int, python2: Bool) throws {
        let folder = try TemporaryFolder()
        var contents: [String] = []
        for first in [0, 300] {
            let bytes = try Samples.pickle(
                "{\"protocol\":\(number),\"python2\":\(python2),\"memo_from\":\(first),\"widths\":{\"text\":70,\"audio\":260}}"
            )
            let taken = try Samples.call(
                "damage_checks", "runs_taken", [try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }])
            #expect(try taken.text() == (first == 0 ? "0" : "33"))
            let request = ConversionRequest(
                inputs: [try Samples.write(bytes, "file.pkl", in: folder.path)], output: folder.file("\(first).h5"))
            contents.append(try PickleConverter.convert(request).store.contentID)
        }
        #expect(contents[0] == contents[1])
    }

    @Test func whatAFileSaysFitsOneLineOfATerminal() throws {
        let folder = try TemporaryFolder()
        var bytes = try Samples.pickle("{\"without\":[3]}")
        while let place = bytes.indices.dropLast(4).first(where: { Array(bytes[$0..<$0 + 5]) == Array("Ses03".utf8) }) {
            bytes.replaceSubrange(place..<place + 5, with: Array("S\n\u{1B}[m".utf8))
        }
        let request = ConversionRequest(
            inputs: [try Samples.write(bytes, "file.pkl", in: folder.path)], output: folder.file("out.h5"))
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        #expect("\(fault!)" == "file.pkl: utterance ids lack 1 dialogue of its splits: S??[m.")
    }
}
