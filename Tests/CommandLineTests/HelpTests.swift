import Foundation
import TestSupport
import Testing

/// The help of every command: in 80 columns, with a sentence for everything, and the same in docs/cli.md.
@Suite struct HelpTests {
    private struct Tool: Decodable {
        struct Argument: Decodable {
            let abstract: String?
            let valueName: String
            let shouldDisplay: Bool
        }
        let commandName: String
        let abstract: String?
        let discussion: String?
        let arguments: [Argument]?
        let subcommands: [Tool]?

        func all(_ path: [String] = []) -> [(path: [String], tool: Tool)] {
            [(path, self)] + (subcommands ?? []).flatMap { $0.all(path + [$0.commandName]) }
        }
    }

    private func commands(of program: String) throws -> [(path: [String], tool: Tool)] {
        struct Dump: Decodable { let command: Tool }
        let json = try BuiltProduct.run(program, ["--experimental-dump-help"]).output
        return try JSONDecoder().decode(Dump.self, from: Data(json.utf8)).command.all().filter { $0.path != ["help"] }
    }

    @Test(arguments: ["vuemo", "vuemo-convert"])
    func everythingHasASentence(program: String) throws {
        let commands = try commands(of: program)
        #expect(commands.count > 4, "\(commands.map(\.path))")
        for (path, tool) in commands {
            #expect(tool.abstract?.hasSuffix(".") == true, "\(path)")
            // One line in the list of commands.
            #expect((tool.abstract ?? "").count <= 54 || path.isEmpty, "\(path)")
            for argument in tool.arguments ?? [] where argument.shouldDisplay {
                let sentence = argument.abstract ?? ""
                #expect(
                    sentence.count > 9 && (sentence.contains(".") || sentence.hasSuffix(")")), "\(path) \(argument)")
                #expect(sentence.first?.isUppercase == true, "\(path) \(argument)")
            }
        }
    }

    @Test func everyHelpFitsIntoEightyColumns() throws {
        for (path, tool) in try commands(of: "vuemo") {
            let help = try BuiltProduct.run("vuemo", path + ["--help"], environment: ["COLUMNS": "80"])
            #expect(help.status == 0)
            for line in help.output.split(separator: "\n") { #expect(line.count <= 80, "\(path): \(line)") }
            // Examples are not broken, so that they can be copied.
            for line in (tool.discussion ?? "").split(separator: "\n") where line.hasPrefix("  ") {
                #expect(help.output.contains("\n\(line)\n"), "\(path): \(line)")
            }
        }
    }

    /// `UPDATE_DOCS=1 swift test --filter Document` writes the page.
    @Test func theDocumentSaysWhatTheHelpSays() throws {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", ProjectFiles.url("scripts/write-cli-docs").path, BuiltProduct.folder + "/vuemo",
        ]
        if !ProjectFiles.areUpdated { process.arguments?.append("--check") }
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
