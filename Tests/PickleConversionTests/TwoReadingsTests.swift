import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// A file that Python or PyTorch reads in another way than the scan does is never called safe.
@Suite struct TwoReadingsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func scan(_ bytes: [UInt8], _ name: String = "file.pkl") throws -> PickleScan {
        try PickleScanner.scan(try Samples.write(bytes, name, in: folder.path))
    }

    private func make(_ function: String, _ argument: String) throws -> PythonHandle {
        try Samples.call("reader_checks", function, [try Python.string(argument)])
    }

    /// `isLive`: Python's own unpickler finds `os.system` in it, where a reader without frames sees bytes.
    @Test(arguments: [
        ("string", true), ("text", true), ("long-text", true), ("huge-text", true), ("number", true), ("bytes", false),
        ("long-bytes", false), ("size", false),
    ])
    func aFrameThatEndsInsideAnOperation(what: String, isLive: Bool) throws {
        let file = try make("straddling", what)
        let read = try Samples.call("reader_checks", "names_read", [file]).text()
        #expect(read == (isLive ? "[\"os.system\"]" : "[]"))
        let bytes = try file.withContent { Array($0) }
        let found = try scan(bytes)
        #expect(found.status == .unsafe)
        #expect(found.reason?.hasPrefix("file.pkl can be read in two ways, because a frame ends inside") == true)
        let outcome = try HostilePickleTests.load(bytes)
        #expect(outcome.kind == "TwoReadings" && outcome.events == [])
        #expect(outcome.sentence.contains("can be read in two ways, because a frame ends inside an operation (at byte"))
    }

    @Test func aFrameInsideAFrame() throws {
        let bytes = try Samples.call("reader_checks", "nested", []).withContent { Array($0) }
        #expect(try scan(bytes).status == .unsafe)
        #expect(try HostilePickleTests.load(bytes).sentence.contains("because a frame begins inside another one"))
    }

    struct Search: Decodable {
        var tried: Int
        var safe: Int
        var misread: [String]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            tried = try list.decode(Int.self)
            safe = try list.decode(Int.self)
            misread = try list.decode([String].self)
        }
    }

    /// Random frames around code that hides in bytes.
    @Test(arguments: 1...3) func pythonNamesNothingThatASafeScanDoesNotList(seed: Int) throws {
        let json = try make("second_readings", String(seed))
        let search = try JSONDecoder().decode(Search.self, from: try json.withContent { Data($0) })
        #expect(search.tried == 3000 && search.safe > 300)
        #expect(search.misread == [])
    }

    @Test(arguments: ["octal", "0o", "binary", "signed", "negative"]) func aPickleThatIsATarArchiveToo(form: String)
        throws
    {
        let found = try scan(try make("tar_pickle", form).withContent { Array($0) })
        #expect(found.status == .unreadable)
        #expect(found.reason == "file.pkl is a tar archive: unpack it first.")
    }

    /// C's strtol and Python's int take different texts for numbers, and give different numbers for some.
    @Test(arguments: [
        "I010\n.", "I0x10\n.", "I 5\n.", "I5 \n.", "I+5\n.", "I1_0\n.", "I-0\n.", "I\n.", "L00L\n.", "L0x1L\n.",
        "L01\n.",
        "L5LL\n.", "F1_0\n.", "F 1\n.", "F0x1p3\n.", "Finfinity\n.", "Np 1\n.", "Np1_0\n.", "Np-1\n.", "Np0\ng+0\n.",
        "I5\r\n.", "F1.5\r\n.", "S'a'\r\n.", "L5L\r\n.",
    ])
    func numbersAreReadStrictly(pickle: String) throws {
        let found = try scan(Array(pickle.utf8))
        #expect(found.status == .unreadable)
        let cause =
            pickle.contains("\r")
            ? "ends in CR LF" : "readers read in different ways"
        #expect(found.reason?.contains(cause) == true, "\(found.reason ?? "")")
    }

    @Test(arguments: [
        "I0\n.", "I00\n.", "I01\n.", "I-7\n.", "I12345678901234567890\n.", "L0L\n.", "L-12L\n.", "L12\n.", "F1.5\n.",
        "F-0.0\n.",
        "F1e-05\n.", "F1e+300\n.", "Fnan\n.", "F-inf\n.", "F3\n.", "Np0\n0g0\n.", "Np00\n0g0\n.",
    ])
    func numbersAsPickleWritesThemAreRead(pickle: String) throws {
        #expect(try scan(Array(pickle.utf8)).status == .safe)
    }
}
