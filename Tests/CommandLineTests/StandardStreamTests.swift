import FeatureStore
import Foundation
import TestSupport
import Testing

/// The commands with standard streams that are closed, full, read by nobody, or terminals.
@Suite struct StandardStreamTests {
    let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    /// Runs a line of shell, in which $V is `vuemo` and $S the store; errors come from the line's own redirections.
    private func shell(_ line: String) throws -> BuiltProduct.Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["V": BuiltProduct.folder + "/vuemo", "S": store, "D": folder.path]) { $1 }
        return try BuiltProduct.run(process)
    }

    @Test(arguments: ["info $S", "info $S --format json", "validate $S", "diff $S $S", "--help", "--version"])
    func aFullOutputIsAnError(command: String) throws {
        let outcome = try shell("\"$V\" \(command) > /dev/full")
        #expect(outcome.status == 2)
        #expect(
            outcome.errors
                == "Error: The result cannot be written to standard output: No space left on device.\n")
    }

    @Test func aClosedOutputIsAnErrorAndNoFileTakesItsPlace() throws {
        let outcome = try shell("\"$V\" subset $S --split train -o $D/train.h5 >&-")
        #expect(outcome.status == 2)
        #expect(outcome.errors == "Error: The result cannot be written to standard output: it is closed.\n")
        // The store came first, and the lines that were meant for standard output are not in it.
        #expect(try BuiltProduct.run("vuemo", ["validate", folder.file("train.h5")]).status == 0)
    }

    @Test func whoReadsNoFurtherNeedNotBeTold() throws {
        let outcome = try shell("\"$V\" info $S | true; echo ${PIPESTATUS[0]}")
        // `true` may end before or after the text is in the pipe.
        #expect(["141\n", "0\n"].contains(outcome.output))
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: ["2>&-", "2>/dev/full", "2> >(true)"])
    func workGoesOnWithoutStandardError(redirection: String) throws {
        let options = TrainCommandTests.small.joined(separator: " ")
        let outcome = try shell("\"$V\" train $S --output $D/run \(options) \(redirection)")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("weighted F1"))
    }

    @Test func namesOfFilesAreShownAndNotObeyed() throws {
        let path = folder.file("no\u{1B}[2J\nstore\u{202E}.h5")
        let outcome = try BuiltProduct.run("vuemo", ["info", path])
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasSuffix("\n") && outcome.errors.filter { $0 == "\n" }.count == 1)
        #expect(outcome.errors.contains("no\\u{1B}[2J\\nstore\\u{202E}.h5") && !outcome.errors.contains("\u{1B}"))
    }

    /// What a store names: a line feed or a turn of direction in a class must not make up lines of a report.
    @Test func namesInStoresAreShownAndNotObeyed() throws {
        try SyntheticStore().write(
            to: folder.file("odd.h5"),
            changing: {
                $0.labelNames[0] = "joy\n0 errors\u{1B}[31m"
                $0.speakerNames[1] = "Bob\u{202E}"
                $0.splits[0].origin = "made\u{7} up"
            })
        let info = try BuiltProduct.run("vuemo", ["info", folder.file("odd.h5")])
        #expect(info.status == 0)
        #expect(info.output.contains("joy\\n0 errors\\u{1B}[31m") && info.output.contains("Bob\\u{202E}"))
        #expect(info.output.contains("made\\u{7} up"))
        #expect(!info.output.unicodeScalars.contains { ($0.value < 32 && $0 != "\n") || $0 == "\u{202E}" })
    }

    /// In a terminal of 40 columns no line of progress is longer, and colours can be turned off.
    @Test func terminalsAreNotFlooded() throws {
        let script = folder.file("terminal.py")
        try Data(
            """
            import fcntl, os, pty, struct, sys, termios
            child, master = pty.fork()
            if child == 0:
                os.execv(sys.argv[1], sys.argv[1:])
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
            shown = b""
            while True:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
            sys.stdout.buffer.write(shown)
            """.utf8
        ).write(to: URL(filePath: script))
        let options = TrainCommandTests.small.joined(separator: " ")
        let trained = try shell("python3 \(script) \"$V\" train $S --output $D/run \(options)")
        let bars = trained.output.components(separatedBy: "\r\u{1B}[K").dropFirst().map {
            $0.prefix { $0 != "\r" && $0 != "\r\n" && $0 != "\n" }
        }
        #expect(bars.contains { $0.contains("epoch") || $0.contains("evaluating") }, "\(trained.output)")
        for bar in bars where bar.contains("█") || bar.contains("░") || bar.contains("evaluating") {
            #expect(bar.count < 40, "\(bar)")
        }
        let red = try shell("TERM=xterm env -u NO_COLOR python3 \(script) \"$V\" info /nowhere.h5")
        #expect(red.output.hasPrefix("\u{1B}[31mError:\u{1B}[0m "), "\(red.output)")
        let plain = try shell("TERM=xterm NO_COLOR=1 python3 \(script) \"$V\" info /nowhere.h5")
        #expect(plain.output.hasPrefix("Error: "), "\(plain.output)")
    }
}
