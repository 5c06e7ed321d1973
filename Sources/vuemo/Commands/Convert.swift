import ArgumentParser
import Foundation

/// `vuemo convert …`: hands over to `vuemo-convert`, the only program that links Python.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Convert published feature pickles into a store (see 'vuemo convert --help').")

    @Argument(parsing: .captureForPassthrough, help: "What vuemo-convert understands.")
    var arguments: [String] = []

    func run() throws { try Converter.handOver(arguments) }
}

/// `vuemo scan …`: the same program looks into pickles.
struct Scan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Tell what is in a pickle and whether it is safe (see 'vuemo scan --help').")

    @Argument(parsing: .captureForPassthrough, help: "What vuemo-convert scan understands.")
    var arguments: [String] = []

    func run() throws { try Converter.handOver(["scan"] + arguments) }
}

/// The program that reads pickles.
enum Converter {
    /// Becomes `vuemo-convert` with these arguments; returns only by throwing.
    static func handOver(_ arguments: [String]) throws {
        for candidate in candidates() where access(candidate, X_OK) == 0 {
            var vector = ([candidate] + arguments).map { strdup($0) } + [nil]
            execv(candidate, &vector)
            throw ConvertHandOverError(reason: "\(candidate) cannot be run: \(String(cString: strerror(errno)))")
        }
        throw ConvertHandOverError(
            reason: "vuemo-convert is neither beside vuemo nor on the PATH: build it with "
                + "'swift build -c release --product vuemo-convert' (it needs Python's headers: apt install libpython3-dev)"
        )
    }

    /// Where the program may be: beside this one, then along the PATH.
    private static func candidates() -> [String] {
        let name = "vuemo-convert"
        var folders: [String] = []
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            folders.append((program as NSString).deletingLastPathComponent)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        folders += path.split(separator: ":").map(String.init)
        return folders.map { ($0 as NSString).appendingPathComponent(name) }
    }
}

/// Why the hand-over failed, in one sentence.
struct ConvertHandOverError: Error, CustomStringConvertible {
    let reason: String

    var description: String { "The pickles cannot be converted: \(reason)." }
}
