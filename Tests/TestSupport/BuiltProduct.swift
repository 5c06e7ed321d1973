import Foundation

/// Runs the commands of this package as a user does.
public enum BuiltProduct {
    /// What a run left.
    public struct Outcome: Sendable {
        /// The exit status; for a signal, its number with a minus.
        public var status: Int32
        /// Everything on standard output.
        public var output: String
        /// Everything on standard error.
        public var errors: String
    }

    /// The folder of the built commands: where the test bundle lies.
    public static let folder: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().path
    }()

    /// Runs a command to its end.
    /// - Parameters:
    ///   - name: The product, for example "vuemo".
    ///   - arguments: Its arguments.
    ///   - environment: Variables to add to this process's own.
    ///   - addressSpace: The most address space that the system gives it, in MiB.
    public static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], addressSpace: Int? = nil
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: folder + "/" + name)
        process.arguments = arguments
        if let addressSpace {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -v \(addressSpace << 10); exec \"$0\" \"$@\"", folder + "/" + name] + arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return try run(process)
    }

    /// Runs a process to its end, which reads nothing.
    public static func run(_ process: Process) throws -> Outcome {
        // Through files: a pipe would fill up and stop a command that writes much to both.
        let scratch = try TemporaryFolder()
        for file in ["output", "errors"] { try Data().write(to: URL(filePath: scratch.file(file))) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: scratch.file("output"))
        process.standardError = FileHandle(forWritingAtPath: scratch.file("errors"))
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOfFile: scratch.file("output"), encoding: .utf8),
            errors: try String(contentsOfFile: scratch.file("errors"), encoding: .utf8))
    }
}
