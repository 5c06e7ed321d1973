import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Every payload that a pickle can carry is refused in one sentence, and nothing of it runs: no canary appears, no module
/// is imported, and Python's audit hook sees no event at all while the file is read.
@Suite struct HostilePickleTests {
    struct Outcome: Decodable {
        var kind: String
        var sentence: String
        var events: [String]
        var modules: [String]
    }

    static func load(_ bytes: [UInt8]) throws -> Outcome {
        let data = try Python.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }
        let json = try Samples.call("hostile_checks", "load_watched", [data])
        return try JSONDecoder().decode(Outcome.self, from: try json.withContent { Data($0) })
    }

    private func expectRefused(_ bytes: [UInt8], kind: String, containing text: String, canary: String? = nil) throws {
        let outcome = try Self.load(bytes)
        #expect(outcome.kind == kind, "\(outcome.sentence)")
        #expect(outcome.sentence.contains(text), "\(outcome.sentence)")
        #expect(outcome.sentence.hasSuffix("."))
        #expect(!outcome.sentence.contains("\n"))
        #expect(outcome.events == [])
        #expect(outcome.modules == [])
        if let canary { #expect(!FileManager.default.fileExists(atPath: canary)) }
    }

    /// Names that are on no list: they are refused and not judged.
    static let unknown = ["namedtuple", "ALLOWED"]

    /// `module\nname` as a GLOBAL, called with one text.
    private func call(_ module: String, _ name: String, _ argument: String) -> [UInt8] {
        Array("c\(module)\n\(name)\n(S'\(argument)'\ntR.".utf8)
    }

    @Test(arguments: [
        ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"), ("builtins", "exec"),
        ("builtins", "getattr"), ("builtins", "__import__"), ("builtins", "open"), ("__builtin__", "eval"),
        ("__builtin__", "apply"), ("__builtin__", "getattr"), ("subprocess", "Popen"), ("subprocess", "check_output"),
        ("importlib", "import_module"), ("importlib._bootstrap", "_load"), ("marshal", "loads"),
        ("types", "FunctionType"),
        ("operator", "methodcaller"), ("operator", "attrgetter"), ("functools", "partial"), ("pickle", "loads"),
        ("_pickle", "loads"), ("torch", "load"), ("pandas", "read_pickle"), ("joblib", "load"), ("numpy", "load"),
        ("numpy.testing", "runstring"),
        ("copyreg", "add_extension"), ("sys", "modules"), ("runpy", "_run_code"),
        ("collections", "namedtuple"), ("pickles.allow_list", "ALLOWED"), ("_codecs", "lookup"),
        ("numpy", "ndarray.tofile"),
        ("numpy", "dtype.__class__"),
        ("collections", "OrderedDict.__init__"),
    ])
    func globalsOutsideTheListAreRefusedByName(module: String, name: String) throws {
        let folder = try TemporaryFolder()
        let canary = folder.file("canary")
        let isUnknown = Self.unknown.contains(name)
        let kind = isUnknown ? "NotJudged" : "UnsafePickle"
        let expected = "hostile.pkl \(isUnknown ? "names" : "asks for") \(module).\(name) at byte"
        try expectRefused(call(module, name, "touch \(canary)"), kind: kind, containing: expected, canary: canary)
        // The same through STACK_GLOBAL, with both names out of the memo, and hidden behind POP.
        let text = { (value: String) in [0x8C, UInt8(value.utf8.count)] + Array(value.utf8) + [0x94] }
        let stackGlobal: [UInt8] = [0x80, 4] + text(module) + [0x30] + text(name) + [0x30] + [0x68, 0, 0x68, 1, 0x93]
        try expectRefused(stackGlobal + Array("(S'x'\ntR.".utf8), kind: kind, containing: "\(module).\(name)")
        try expectRefused(stackGlobal + Array("0N.".utf8), kind: kind, containing: "\(module).\(name)")
        // INST and OBJ.
        try expectRefused(
            Array("(S'touch \(canary)'\ni\(module)\n\(name)\n0N.".utf8), kind: kind,
            containing: "\(module).\(name)", canary: canary)
        try expectRefused(
            Array("(c\(module)\n\(name)\nS'x'\no.".utf8), kind: kind, containing: "\(module).\(name)")
    }

    @Test(arguments: [
        ("cnumpy\nndarray\n(tR.", "a call of ndarray"),
        ("cnumpy\nndarray\n)\u{81}.", "NEWOBJ"),
        ("(cnumpy\nndarray\no.", "OBJ"),
        ("(inumpy\nndarray\n.", "INST"),
        ("cnumpy\ndtype\n}S'a'\nI1\nsb.", "a change of the attributes of a Global (BUILD)"),
        ("(lp0\n}S'append'\nNsb.", "a change of the attributes of a list (BUILD)"),
        ("S'x'\n}b.", "a change of the attributes of a bytes (BUILD)"),
        ("(lI1\ntR.", "begin"),
        ("]]R.", "a call of something that is no allowed name"),
        ("Pname\n.", "persistent id"),
        ("NQ.", "persistent id"),
        ("\u{82}\u{01}.", "extension code"),
        ("\u{83}\u{01}\u{01}.", "extension code"),
        ("\u{84}\u{01}\u{01}\u{01}\u{01}.", "extension code"),
        ("ccollections\ndefaultdict\n(cos\nsystem\ntR.", "os.system"),
        ("ccollections\ndefaultdict\n(cnumpy\nndarray\ntR.", "a defaultdict with a factory of its own"),
        ("c_codecs\nencode\n(Vabc\nVrot13\ntR.", "an encoding other than latin1"),
        ("c__builtin__\nbytes\n(I10000000000\ntR.", "bytes with an argument"),
        ("cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'O'\ntRS'x'\ntR.", "object type"),
    ])
    func allowedNamesCannotBeMisused(payload: String, text: String) throws {
        let bytes = payload.unicodeScalars.map { UInt8($0.value) }
        let outcome = try Self.load(bytes)
        #expect(["UnsafePickle", "NotJudged", "MalformedPickle"].contains(outcome.kind), "\(outcome.sentence)")
        #expect(outcome.sentence.contains(text), "\(outcome.sentence)")
        #expect(outcome.events == [])
    }

    @Test func sizesThatAreNotThereAreRefused() throws {
        let claims: [[UInt8]] = [
            [0x80, 4, 0x8E, 0, 0, 0, 0, 0, 1, 0, 0],  // BINBYTES8 of 2^40
            [0x80, 4, 0x8D, 0, 0, 0, 0, 0, 1, 0, 0],  // BINUNICODE8
            [0x80, 5, 0x96, 0, 0, 0, 0, 0, 1, 0, 0],  // BYTEARRAY8
            [0x80, 4, 0x95, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],  // FRAME
            [0x80, 2, 0x54, 0xFF, 0xFF, 0xFF, 0xFF],  // BINSTRING of -1
            [0x80, 3, 0x42, 0xFF, 0xFF, 0xFF, 0x7F],  // BINBYTES
        ]
        for claim in claims {
            try expectRefused(claim + [0x4E, 0x2E], kind: "MalformedPickle", containing: "is cut short")
        }
        // A memo index of 2^31 - 1 takes no memory and is no fault.
        #expect(try Self.load([0x80, 2, 0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E]).kind == "")
        try expectRefused(
            [0x80, 2, 0x8B, 0, 0, 1, 0] + [UInt8](repeating: 1, count: 65536) + [0x2E],
            kind: "LimitExceeded", containing: "an integer of 65536 bytes")
        try expectRefused(
            Array("I\(String(repeating: "9", count: 5000))\n.".utf8), kind: "LimitExceeded",
            containing: "more than 1024 characters")
    }

    @Test(arguments: [
        ("(I-1\nt", "negative"), ("(I4611686018427387904\nt", "claims a dimension"),
        ("(I1099511627776\nI1099511627776\nI1099511627776\nt", "needs"), ("(I3\nt", "needs 12 bytes and has 4"),
        ("(F1.5\nt", "malformed shape"), ("I4\n", "malformed shape"),
    ])
    func shapesThatDoNotMatchAreRefused(shape: String, text: String) throws {
        let payload =
            "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n\(shape)cnumpy\ndtype\n(S'f4'\nI0\nI1\ntR"
            + "(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'abcd'\ntb."
        let outcome = try Self.load(Array(payload.utf8))
        #expect(outcome.kind != "" && outcome.sentence.contains(text), "\(outcome.sentence)")
    }

    @Test func expansionIsBounded() throws {
        // Billion laughs as tuples used as a key: hashing it would take 2^60 steps.
        var laughs: [UInt8] = [0x80, 2, 0x7D, 0x4E]
        for _ in 0..<60 { laughs += [0x32, 0x86] }
        try expectRefused(
            laughs + [0x4E, 0x73, 0x2E], kind: "LimitExceeded", containing: "a tuple of more than 256 parts")
        // A million nested tuples, as a key, as a member, as an argument, and alone: deep, and harmless.
        let deep = [0x80, 2, 0x4E] + [UInt8](repeating: 0x85, count: 1_000_000)
        #expect(try Self.load(deep + [0x2E]).kind == "")
        try expectRefused(
            [0x80, 2, 0x7D] + deep.dropFirst(2) + [0x4E, 0x73, 0x2E], kind: "LimitExceeded", containing: "key")
        try expectRefused(
            Array("ccollections\ndefaultdict\n".utf8) + deep.dropFirst(2)
                + Array("\u{85}R.".unicodeScalars.map { UInt8($0.value) }),
            kind: "UnsafePickle", containing: "factory")
        // A set copied from the same long list, again and again.
        var copies: [UInt8] = [0x80, 2] + Array("(lp0\n(".utf8)
        for number in 0..<20_000 { copies += [0x4D, UInt8(number & 255), UInt8(number >> 8)] }
        copies += Array("e0c__builtin__\nset\np1\n0(".utf8)
        for _ in 0..<10_000 { copies += [0x68, 1, 0x68, 0, 0x85, 0x52] }
        try expectRefused(
            copies + Array("l.".utf8), kind: "LimitExceeded", containing: "more objects than any feature pickle holds")
        // More objects than the budget allows.
        let lists = [0x80, 2, 0x28] + [UInt8](repeating: 0x5D, count: 2_500_000) + Array("l.".utf8)
        try expectRefused(lists, kind: "LimitExceeded", containing: "more objects")
    }

    @Test func selfReferenceIsHarmless() throws {
        #expect(try Self.load([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]).kind == "")
        #expect(try Self.load([0x80, 2, 0x7D, 0x71, 0, 0x4B, 1, 0x68, 0, 0x73, 0x2E]).kind == "")
    }

    @Test func aSecondPickleIsNotRead() throws {
        let first = try Samples.pickle()
        let canary = try TemporaryFolder().file("canary")
        try expectRefused(
            first + call("os", "system", "touch \(canary)"), kind: "MalformedPickle",
            containing: "more bytes after the end of its pickle", canary: canary)
    }
}
