import Foundation
import TestSupport
import Testing

/// Every hostile payload as a file, given to the built command under bounds that the system keeps: one sentence each,
/// nothing that it names runs, nothing is left, and none takes long.
@Suite struct HostileFileTests {
    static let script = ProjectFiles.url("Tests/PickleConversionTests/Generator/hostile_files.py").path

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try Self.python([Self.script, folder.path])
    }

    private static func python(_ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return output
    }

    @Test func thePayloadsAreLive() throws {
        let names = try Self.python([Self.script, folder.path, "--prove"]).split(separator: "\n")
        #expect(names.count == 20 && names.contains("os-system"))
    }

    @Test func noneOfThemRunsOrLeavesAnything() throws {
        let names = try folder.names()
        #expect(names.count == 98)
        // Sound pickles that hold no dataset: refused by conversion, and safe.
        let harmless = ["laughs-as-lists.pkl", "long-memo.pkl", "self-dict.pkl", "self-list.pkl"]
        let bounds = ["--max-memory", "128", "--quiet"]
        let verdicts = try verdicts(of: names, bounds)
        for name in names {
            let began = ContinuousClock.now
            let converted = try BuiltProduct.run(
                "vuemo-convert", ["auto", folder.file(name), "-o", folder.file("out.h5")] + bounds, addressSpace: 512)
            #expect(converted.status == 2 && converted.output.isEmpty, "\(name): \(converted)")
            let lines = converted.errors.split(separator: "\n")
            #expect(
                lines.count == 1 && lines[0].hasPrefix("Error: ") && lines[0].hasSuffix("."),
                "\(name): \(converted.errors)")
            let status = verdicts[name]
            let refusals = ["unsafe", "unknown", "unsupported", "unreadable"]
            #expect((harmless.contains(name) ? ["safe"] : refusals).contains(status ?? ""), "\(name)")
            #expect(converted.errors.contains(" asks for ") == (status == "unsafe"), "\(name): \(converted.errors)")
            #expect(ContinuousClock.now - began < .seconds(30), "\(name)")
        }
        #expect(try folder.names() == names)
    }

    /// What scan says of each file: one process for all of them, which none may bring down.
    private func verdicts(of names: [String], _ bounds: [String]) throws -> [String: String] {
        let scanned = try BuiltProduct.run(
            "vuemo-convert", ["scan", "--format", "json"] + names.map(folder.file) + bounds, addressSpace: 512)
        #expect(scanned.status == 2, "\(scanned.errors)")
        struct Verdict: Decodable { let file: String?, status: String?, error: String? }
        let found = try scanned.output.split(separator: "\n").map { line in
            try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
        }
        var verdicts: [String: String] = [:]
        for verdict in found {
            if let file = verdict.file { verdicts[file] = verdict.status } else { #expect(verdict.error != nil) }
        }
        #expect(found.count == names.count)
        // A file that takes more memory than it may gets a sentence and no verdict.
        let missing = names.filter { verdicts[$0] == nil }
        #expect(scanned.errors.split(separator: "\n").count == missing.count, "\(scanned.errors)")
        for name in missing { verdicts[name] = "unreadable" }
        return verdicts
    }
}
