import ArgumentParser
import Foundation

/// How results go to standard output.
public enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// For people.
    case text
    /// For programs.
    case json
}

/// The option of every command that has a result.
public struct FormatOption: ParsableArguments {
    @Option(help: "How the result is written: text for people, json for programs.")
    public var format = OutputFormat.text

    /// Filled in by the parser of the command line.
    public init() {}

    /// Prints the result in the form that was asked for.
    public func print(text: @autoclosure () throws -> String, json: @autoclosure () throws -> String) throws {
        switch format {
        case .text: try StandardOutput.print(text())
        case .json: try StandardOutput.printRaw(json())
        }
    }
}

/// The option of every command that takes long.
public struct QuietFlag: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress; warnings and errors are still shown.")
    public var quiet = false

    /// Filled in by the parser of the command line.
    public init() {}
}

/// How the features of a new store are stored.
public struct CompressionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Compress the features with gzip at this level, 1 to 9; slower to read. (default: not compressed)",
            valueName: "level"))
    public var compress: Int?

    /// Filled in by the parser of the command line.
    public init() {}

    /// Refuses what the types allow and the command does not.
    public func validate() throws {
        if let compress, !(1...9).contains(compress) { throw ValidationError("--compress takes a level from 1 to 9.") }
    }
}

/// What a run may use.
public struct MemoryOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most memory to use, in MiB; a run that needs more ends with a sentence. (default: what the system gives)",
            valueName: "MiB"))
    package var maxMemory: Int?

    /// Filled in by the parser of the command line.
    public init() {}

    /// Refuses what the types allow and the command does not.
    public func validate() throws {
        if let maxMemory, !(64...(1 << 30)).contains(maxMemory) {
            throw ValidationError("--max-memory takes at least 64 MiB.")
        }
    }

    /// From now on, requests for memory beyond the bound fail, which ends the run in one sentence.
    /// - Throws: `MemoryLimitError` where the system refuses such a limit.
    public func apply() throws {
        guard let maxMemory else { return }
        CommandProcess.explainRefusedMemory("give more than --max-memory \(maxMemory)")
        let bytes = rlim_t(maxMemory << 20 + Self.untouchedBytes)
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        guard setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else {
            throw MemoryLimitError(reason: String(cString: strerror(errno)))
        }
    }

    /// What libraries have reserved at the program's start and never touched, as OpenBLAS does for its threads. The system's
    /// limit counts it, but it takes no memory.
    private static var untouchedBytes: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        func kibibytes(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        return max(0, kibibytes("VmData") - kibibytes("RssAnon")) << 10
    }
}

/// Why a limit was not set, in one sentence.
struct MemoryLimitError: Error, CustomStringConvertible {
    let reason: String

    /// The sentence.
    public var description: String { "--max-memory cannot be kept on this system: \(reason)." }
}

/// A value as JSON with its keys in order.
public enum JSONText {
    /// The text, over several lines unless it is `compact`.
    public static func of(_ value: some Encodable, compact: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            compact ? [.sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
