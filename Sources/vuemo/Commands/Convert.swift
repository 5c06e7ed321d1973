import ArgumentParser
import CommandSupport
import ConvertCommands
import Files
import Foundation
import TableConversion

/// `vuemo convert …`
struct Convert: ListedCommand {
    static let section = CommandSection.conversion
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Convert feature files into a store.",
        discussion: """
            Pickles can run code when they are read the usual way. These are not: nothing that a file names is imported \
            or called, and a file that asks for more than feature data is refused. Pickles are read by the program \
            vuemo-convert beside this one; tables need no other program.

            Examples:
              vuemo convert MELD_features_raw1.pkl meld_features_roberta.pkl -o meld.h5
              vuemo convert --layout my_layout.py my_features.pkl -o mine.h5
              vuemo convert table utterances.csv --audio audio.npy -o mine.h5
            """,
        subcommands: [
            ConvertAuto<HandOver>.self, ConvertIEMOCAP<HandOver>.self, ConvertMELD<HandOver>.self,
            ConvertTable<HandOver>.self, Scan.self,
        ],
        defaultSubcommand: ConvertAuto<HandOver>.self)

    @OptionGroup var layouts: LayoutsFlag<HandOver>
}

/// Pickles are read by `vuemo-convert`, the only program that links Python. It gets the same arguments.
enum HandOver: PickleProgram {
    static func convert(_ job: PickleJob) throws { try readPickles() }
    static func convert(_ job: TableJob) throws {
        if job.request.namesPickles { try readPickles() }
        try ConversionRun.run(job.options) { progress in try TableConverter.convert(job.request, progress: progress) }
    }

    static func scan(_ options: ScanOptions) throws { try readPickles() }
    static func layouts() throws -> String { try become(["--list-layouts"], orSay: "The layouts cannot be listed") }

    /// This program's arguments without the word `convert` mean the same to the other one.
    private static func readPickles() throws -> Never {
        let given = CommandLine.arguments.dropFirst()
        try become(Array(given.first == "convert" ? given.dropFirst() : given), orSay: "The pickles cannot be read")
    }

    /// Becomes `vuemo-convert`; returns only by throwing.
    private static func become(_ arguments: [String], orSay what: String) throws -> Never {
        let program = try program(orSay: what)
        var vector = ([program] + arguments).map { strdup($0) } + [nil]
        execv(program, &vector)
        throw HandOverError(what: what, reason: "\(program) cannot be run: \(String(cString: strerror(errno)))")
    }

    /// Has `vuemo-convert` do some work, and waits for it.
    /// - Throws: its exit status, where it failed and said why; `HandOverError` where it cannot be run.
    static func run(_ arguments: [String], orSay what: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try program(orSay: what))
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw HandOverError(what: what, reason: "vuemo-convert cannot be run: \(error.localizedDescription)")
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        guard process.terminationReason == .exit else { throw ExitCode(128 + status) }
        guard status == 0 else { throw ExitCode(status) }
    }

    /// Where `vuemo-convert` is.
    private static func program(orSay what: String) throws -> String {
        if let found = candidates().first(where: { access($0, X_OK) == 0 }) { return found }
        throw HandOverError(
            what: what,
            reason: "vuemo-convert is neither beside vuemo nor on the PATH: build it with "
                + "'swift build -c release --product vuemo-convert' (it needs Python's headers: apt install libpython3-dev)"
        )
    }

    /// Where the program may be: beside this one, then along the PATH.
    private static func candidates() -> [String] {
        let name = "vuemo-convert"
        var folders: [String] = []
        if let program = CommandProcess.program {
            folders.append(PathParts.folder(of: program))
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        folders += path.split(separator: ":").map(String.init)
        return folders.map { $0 + "/" + name }
    }
}

/// Why the hand-over failed, in one sentence.
struct HandOverError: Error, CustomStringConvertible {
    let what: String
    let reason: String

    var description: String { "\(what): \(reason)." }
}
