import Foundation
import TestSupport
import Testing

/// The README's quickstart prints what the commands print today.
@Suite struct ReadmeTests {
    /// A command of the README and what stands below it.
    struct Example {
        var command: [String]
        var output: String
    }

    /// The blocks that begin with "$ vuemo".
    private static func examples() throws -> [Example] {
        let text = try ProjectFiles.text("README.md")
        return text.components(separatedBy: "```\n").filter { $0.hasPrefix("$ vuemo ") }.map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            return Example(
                command: lines[0].dropFirst(2).split(separator: " ").map(String.init),
                output: lines.dropFirst().joined(separator: "\n"))
        }
    }

    /// Numbers become #: sizes of files, times and figures of a model differ from machine to machine in their last digits, and with
    /// them the columns.
    private static func comparable(_ text: String) -> String {
        // The last lines of a result name the machine.
        text.replacing(/\nvuemo [0-9.]+, (?s:.)*/, with: "").replacing(/[0-9a-f]{12,64}/, with: "#").replacing(
            /[0-9]+([.,][0-9]+)*/, with: "#"
        )
        .replacing(/\ +/, with: " ").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func theQuickstartIsWhatTheCommandsPrint() throws {
        let folder = try TemporaryFolder()
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/env")
        make.arguments = ["python3", ProjectFiles.url("data/make_sample.py").path, folder.file("pickles")]
        make.standardOutput = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
        try #require(make.terminationStatus == 0)

        let examples = try Self.examples()
        #expect(examples.map { $0.command[1] } == ["convert", "validate", "train"])
        for example in examples {
            let process = Process()
            process.executableURL = URL(filePath: "\(BuiltProduct.folder)/\(example.command[0])")
            process.arguments = Array(example.command.dropFirst())
            process.currentDirectoryURL = URL(filePath: folder.path)
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(Self.comparable(printed) == Self.comparable(example.output))
        }
    }
}
