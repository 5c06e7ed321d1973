import Foundation

/// How long a program took and how much memory it held at most.
struct Measurement {
    let seconds: Double
    let peakMebibytes: Int

    /// Runs a program and waits for its end.
    /// - Throws: ``Failure`` where it cannot be run or fails.
    init(of program: String, _ arguments: [String]) throws {
        var files: posix_spawn_file_actions_t = .init()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let start = ContinuousClock.now
        var child: pid_t = 0
        let failed = posix_spawn(&child, program, &files, nil, &words, environ)
        guard failed == 0 else { throw Failure("\(program) cannot be run: \(String(cString: strerror(failed)))") }
        var (status, usage) = (Int32(0), rusage())
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        let taken = (ContinuousClock.now - start).components
        guard status == 0 else { throw Failure("\(program) \(arguments[0]) failed with status \(status)") }
        seconds = Double(taken.seconds) + Double(taken.attoseconds) / 1e18
        peakMebibytes = usage.ru_maxrss >> 10
    }
}

/// Why a measurement cannot be made, in words.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
