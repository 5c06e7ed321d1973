import Foundation
import Training

/// Several runs at once, each trained by a process of its own: a process has one pool of threads.
public struct Jobs: Sendable {
    /// How many at most.
    public let count: Int
    /// The program `vuemo`.
    let program: String

    /// - Parameters:
    ///   - count: How many at most.
    ///   - program: The path of the program `vuemo`.
    public init(_ count: Int, program: String) {
        self.count = count
        self.program = program
    }
}

/// A process that trains the run of a folder.
final class RunProcess {
    /// How it ended.
    enum End {
        case finished
        /// It was told to stop, by a signal or by the time.
        case stopped
        case failed(reason: String)
    }

    let folder: RunFolder
    /// The epochs that the run is to have.
    let epochs: Int
    /// How many were told already.
    var told = 0
    /// The size of the run's metrics when they were looked at.
    var seen = -1
    private let process: pid_t
    private let errors: Int32

    /// Starts it, in a group of processes of its own: Ctrl-C reaches the one that started it, which tells it.
    /// - Throws: `ExperimentError` where the system refuses.
    init(_ program: String, _ arguments: [String], folder: RunFolder, epochs: Int) throws(ExperimentError) {
        (self.folder, self.epochs) = (folder, epochs)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Self.refused(program, errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        var started: pid_t = 0
        let code = posix_spawn(&started, program, &actions, &attributes, words, variables)
        for word in words + variables { free(word) }
        posix_spawnattr_destroy(&attributes)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw Self.refused(program, code)
        }
        (process, errors) = (started, ends[0])
        // It writes a line or two at its end. Where it writes more than a pipe holds, it must not wait for a reader.
        _ = fcntl(errors, F_SETFL, O_NONBLOCK)
    }

    deinit { close(errors) }

    private static func refused(_ program: String, _ code: Int32) -> ExperimentError {
        ExperimentError(
            "no further process can be started for \(program) (\(String(cString: strerror(code)))); give a smaller --jobs."
        )
    }

    /// Sends it a signal.
    func send(_ signal: Int32) { kill(process, signal) }

    /// What it has written to standard error, of which the last lines are kept.
    private var written: [UInt8] = []

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Foundation.read(errors, &buffer, buffer.count)
            guard count > 0 else { return }
            written = (written + buffer.prefix(count)).suffix(1 << 16)
        }
    }

    /// How it ended; nil while it works.
    func end() -> End? {
        read()
        var status: Int32 = 0
        guard waitpid(process, &status, WNOHANG) == process else { return nil }
        read()
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        switch (signal, code) {
        case (0, 0): return .finished
        case (0, 75), (0, 128 + SIGHUP), (0, 128 + SIGINT), (0, 128 + SIGTERM): return .stopped
        case (0, _):
            let lines = String(decoding: written, as: UTF8.self).split(separator: "\n")
            let sentence = lines.last { $0.hasPrefix("Error: ") }?.dropFirst(7)
            return .failed(reason: sentence.map(String.init) ?? "its process ended with status \(code)")
        default: return .failed(reason: "its process was ended by signal \(signal)")
        }
    }
}
