import Foundation
import TestSupport
import Testing

/// Hostile pickles under a bound that the system keeps: one sentence, no crash, no file.
@Suite struct BoundedMemoryTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file("bomb.pkl")))
        return folder.file("bomb.pkl")
    }

    private func expectOneSentence(_ outcome: BuiltProduct.Outcome, containing text: String) throws {
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }.count == 1)
        #expect(try folder.names() == ["bomb.pkl"])
    }

    @Test func maximumMemoryIsKept() throws {
        // Four million empty lists take sixty times the file's size.
        let path = try write([0x80, 2, 0x28] + [UInt8](repeating: 0x5D, count: 4_000_000) + Array("l.".utf8))
        let arguments = ["auto", path, "-o", folder.file("out.h5"), "--max-memory", "160"]
        try expectOneSentence(
            try BuiltProduct.run("vuemo-convert", arguments), containing: "There is not enough memory")
        let scan = try BuiltProduct.run("vuemo-convert", ["scan", path, "--max-memory", "160"])
        #expect(scan.status == 2 && scan.output.isEmpty)
    }

    /// Where it is Swift that asks for memory: its runtime knows no refusal.
    @Test func tablesEndInASentence() throws {
        let (list, matrix) = (folder.file("list.csv"), folder.file("audio.npy"))
        let rows = 400_000
        try Data(("dialogue,text\n" + (0..<rows).map { "d\($0 / 10),row \($0) of the list\n" }.joined()).utf8)
            .write(to: URL(filePath: list))
        try ZeroMatrix.write(rows: rows, width: 2, to: matrix)
        let arguments = [
            "convert", "table", list, "--audio", matrix, "-o", folder.file("out.h5"), "--quiet", "--max-memory", "64",
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments + ["--format", "json"])
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(
            outcome.errors.hasPrefix("Error: There is not enough memory: ")
                && outcome.errors.hasSuffix(" bytes more were asked for; give more than --max-memory 64.\n"),
            "\(outcome.errors)")
        let report = try JSONDecoder().decode(ErrorObjectTests.Report.self, from: Data(outcome.output.utf8))
        #expect(report.hint == "give more than --max-memory 64" && outcome.errors == "Error: \(report.error)\n")
        #expect(!FileManager.default.fileExists(atPath: folder.file("out.h5")))
    }

    @Test(arguments: [
        [0x80, 4, 0x8E, 0, 0, 0, 0, 0, 1, 0, 0, 0x2E],  // BINBYTES8 of 2^40
        [0x80, 4, 0x95, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],  // FRAME of 2^63
        [0x80, 2, 0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E],  // LONG_BINPUT of 2^31 - 1
        [0x80, 5, 0x96, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x2E],  // BYTEARRAY8
    ])
    func claimedSizesTakeNoMemory(payload: [UInt8]) throws {
        let path = try write(payload)
        let arguments = ["auto", path, "-o", folder.file("out.h5"), "--max-memory", "100"]
        try expectOneSentence(try BuiltProduct.run("vuemo-convert", arguments), containing: "bomb.pkl ")
    }

    /// Neither a matrix larger than the bound nor the store that it becomes has to fit into memory.
    @Test func tablesAreStreamed() throws {
        let rows = 1500
        let matrix = folder.file("audio.npy")
        try ZeroMatrix.write(rows: rows, width: 16_384, to: matrix)
        let list = "dialogue,text\n" + (0..<rows).map { "d\($0 / 10),\"Row \($0)\"\n" }.joined()
        try Data(list.utf8).write(to: URL(filePath: folder.file("list.csv")))
        let arguments = [
            "convert", "table", folder.file("list.csv"), "--audio", matrix, "-o", folder.file("out.h5"), "--max-memory",
            "64",
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
