import Foundation
import StoreValidation
import TestSupport
import Testing

/// A store that was written after FORMAT.md alone, by a program that shares nothing with ours.
@Suite struct ForeignWriterTests {
    private static func python(_ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled("python3 has no h5py: no foreign store is written") { python(["-c", "import h5py"]) == 0 })
    func validateFindsNothingInIt() throws {
        let folder = try TemporaryFolder()
        let script = ProjectFiles.url("Tests/StoreValidationTests/Generator/write_store.py").path
        try #require(Self.python([script, folder.file("store.h5")]) == 0)
        let report = try StoreValidator.validate(folder.file("store.h5"))
        #expect(report.findings.filter { $0.code.severity > .information }.isEmpty, "\(report.text())")
    }
}
