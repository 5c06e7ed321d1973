import Foundation
import TestSupport
import Testing

/// Conversions that are told to stop.
@Suite struct SignalTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Starts a conversion of a large table, sends it a signal once it writes, and waits for its end.
    private func convert(signal: Int32, ignoring: Bool = false) throws -> (status: Int32, errors: String) {
        let rows = 1000
        let matrix = folder.file("audio.npy")
        try ZeroMatrix.write(rows: rows, width: 16_384, to: matrix)
        let list = "dialogue\n" + (0..<rows).map { "d\($0 / 10)\n" }.joined()
        try Data(list.utf8).write(to: URL(filePath: folder.file("list.csv")))
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c", (ignoring ? "trap '' HUP; " : "") + "exec \"$0\" \"$@\"", BuiltProduct.folder + "/vuemo", "convert",
            "table", folder.file("list.csv"), "--audio", matrix, "-o", folder.file("out.h5"), "--quiet",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        while process.isRunning, try !folder.names().contains(where: { $0.hasSuffix(".partial") }) {
            Thread.sleep(forTimeInterval: 0.001)
        }
        #expect(process.isRunning)
        kill(process.processIdentifier, signal)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, text)
    }

    @Test(arguments: [SIGHUP, SIGINT, SIGTERM]) func aSignalLeavesNothingBehind(signal: Int32) throws {
        let outcome = try convert(signal: signal)
        #expect(outcome.status == 128 + signal)
        #expect(outcome.errors.hasPrefix("Interrupted: ") && outcome.errors.contains("out.h5 is as it was before"))
        #expect(try folder.names() == ["audio.npy", "list.csv"])
    }

    /// `nohup` lets a command ignore the end of its terminal.
    @Test func whatIsIgnoredStaysIgnored() throws {
        #expect(try convert(signal: SIGHUP, ignoring: true).status == 0)
        #expect(try folder.names() == ["audio.npy", "list.csv", "out.h5"])
    }
}
