import Foundation
import StoreValidation
import TestSupport
import Testing

/// A store that was written after FORMAT.md alone, by a program that shares nothing with ours.
@Suite struct ForeignWriterTests {
    /// A Python with h5py: the one on the path, or the system's.
    private static let interpreter = ["python3", "/usr/bin/python3"].first { run($0, ["-c", "import h5py"]) == 0 }

    private static func run(_ interpreter: String, _ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled(if: interpreter != nil, "python3 has no h5py: no foreign store is written"))
    func validateFindsNothingInIt() throws {
        let folder = try TemporaryFolder()
        let script = ProjectFiles.url("Tests/StoreValidationTests/Generator/write_store.py").path
        try #require(Self.run(#require(Self.interpreter), [script, folder.file("store.h5")]) == 0)
        let report = try StoreValidator.validate(folder.file("store.h5"))
        #expect(report.findings.filter { $0.code.severity > .information }.isEmpty, "\(report.text())")
    }
}
