import Foundation
import TestSupport
import Testing

@testable import PickleConversion

@Suite struct ScanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func scan(_ bytes: [UInt8]) throws -> PickleScan {
        try PickleScanner.scan(try Samples.write(bytes, "features.pkl", in: folder.path))
    }

    @Test func aLayoutIsTold() throws {
        let found = try scan(try Samples.pickle())
        #expect(found.status == .safe && found.reason == nil)
        #expect(found.protocol == 2 && found.writer == "Python 2, NumPy 1")
        #expect(found.layouts == ["IEMOCAP base (9 fields)"])
        #expect(found.globals?.map(\.name) == ["numpy.core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype"])
        let text = try #require(found.tree_text)
        #expect(text[0] == "tuple of 9")
        #expect(text.contains("  [4]: dict of 6"))
        #expect(text.contains("    by bytes: list of 1 to 5: array float32 (4)"))
        #expect(found.tree?.first?.children?.count == 9)
    }

    @Test(arguments: [
        (0, true, "Python 2, NumPy 1"), (2, false, "Python 3, NumPy 1"), (3, false, "Python 3, NumPy 1"),
        (4, false, "Python 3.4 or later, NumPy 1"), (5, false, "Python 3.8 or later, NumPy 1"),
    ])
    func protocolAndWriterAreTold(number: Int, python2: Bool, writer: String) throws {
        let found = try scan(try Samples.pickle("{\"protocol\":\(number),\"python2\":\(python2)}"))
        #expect(found.protocol == number)
        #expect(found.writer == writer)
    }

    @Test func everythingUnsafeIsNamedAndNothingRuns() throws {
        let canary = folder.file("canary")
        let found = try scan(
            Array(
                "(cos\nsystem\n(S'touch \(canary)'\ntRcbuiltins\neval\n(S'1'\ntR(S'x'\nisubprocess\nPopen\nPid\nl.".utf8
            ))
        #expect(found.status == .unsafe)
        #expect(
            found.globals?.filter { !$0.allowed }.map(\.name) == ["os.system", "builtins.eval", "subprocess.Popen"])
        #expect(found.asks_for?.map(\.what).contains("a call of os.system") == true)
        #expect(found.asks_for?.map(\.what).contains("an object by persistent id") == true)
        #expect(
            found.reason?.hasPrefix("features.pkl asks for os.system at byte 2, which no feature pickle needs") == true)
        #expect(found.reason?.contains("do not trust this file, and do not load it") == true)
        #expect(!FileManager.default.fileExists(atPath: canary))
    }

    @Test func unsafeOutweighsDamaged() throws {
        let found = try scan(Array("cos\nsystem\n(S'x'\ntR".utf8))
        #expect(found.status == .unsafe)
        #expect(found.damage?.contains("is cut short") == true)
    }

    @Test func aDottedNameThatSpellsAnAllowedOneIsNotAllowed() throws {
        let found = try scan(Array("cnumpy.core\nmultiarray._reconstruct\n.".utf8))
        #expect(found.status == .unknown && found.globals?.map(\.verdict) == ["unknown"])
    }

    @Test func wrongKindsAreNamed() throws {
        let found = try scan(Array("version https://git-lfs.github.com/spec/v1\n".utf8))
        #expect(found.status == .unreadable && found.kind == "other")
        #expect(found.reason?.contains("is a Git LFS pointer") == true)
        #expect(try scan(Array(try Samples.pickle().dropLast(9))).status == .unreadable)
    }

    @Test func sharedAndSelfReferencingContainersEndTheWalk() throws {
        // 2^60 paths through lists of the list before, twice each.
        var laughs: [UInt8] = [0x80, 2, 0x5D]
        for _ in 0..<60 { laughs += [0x71, 0, 0x5D, 0x68, 0, 0x61, 0x68, 0, 0x61] }
        #expect(try scan(laughs + [0x2E]).status == .safe)
        #expect(try scan([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]).status == .safe)
    }
}
