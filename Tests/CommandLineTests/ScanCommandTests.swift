import Foundation
import TestSupport
import Testing

/// `vuemo scan` as a user runs it: through `vuemo`, which hands over.
@Suite struct ScanCommandTests {
    private func scan(_ content: String, _ options: [String] = []) throws -> BuiltProduct.Outcome {
        let folder = try TemporaryFolder()
        try Data(content.unicodeScalars.map { UInt8($0.value) }).write(to: URL(filePath: folder.file("file.pkl")))
        return try BuiltProduct.run("vuemo", ["scan", folder.file("file.pkl")] + options)
    }

    @Test func theExitStatusTellsSafeUnsafeAndUnreadable() throws {
        let safe = try scan("(lp0\nI1\na.")
        #expect(safe.status == 0)
        #expect(safe.output.hasPrefix("file.pkl: safe\npickle of 10 bytes, protocol 0"))
        let unsafe = try scan("cos\nsystem\n(S'true'\ntR.")
        #expect(unsafe.status == 1)
        #expect(unsafe.output.contains("os.system (DANGEROUS)"))
        #expect(try scan("<html>").status == 2)
        #expect(try BuiltProduct.run("vuemo", ["scan", "/nowhere.pkl"]).status == 2)
    }

    @Test func jsonIsOneObject() throws {
        let outcome = try scan("(lp0\nI1\na.", ["--format", "json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["status"] as? String == "safe")
        #expect(object["protocol"] as? Int == 0)
    }
}
