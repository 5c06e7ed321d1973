import Foundation
import TerminalText

/// What people read while a command works. It may be closed or full: then nobody reads it, and the work goes on.
public enum StandardError {
    /// Whether a person looks at it, so that lines may be redrawn.
    package static let isTerminal = isatty(STDERR_FILENO) == 1

    /// Writes lines that this program made; what files name in them is made safe for terminals.
    public static func write(_ text: String) { draw(text.linesEscapedForTerminal) }

    /// Writes without escaping: for text that steers the terminal itself.
    static func draw(_ text: String) { _ = StandardStream.write(text, to: STDERR_FILENO) }

    /// The columns of the terminal, or those that the variable COLUMNS states; 80 where neither tells.
    public static var columns: Int {
        var size = winsize()
        if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
    }
}

/// Where results go.
public enum StandardOutput {
    /// Writes a result for people with a line feed; what files name in it is made safe for terminals.
    /// - Throws: ``StandardOutputError``.
    public static func print(_ text: String) throws(StandardOutputError) {
        try writeAll(text.linesEscapedForTerminal + "\n")
    }

    /// Writes a result for programs as it is, and a line feed where it does not end in one.
    /// - Throws: ``StandardOutputError``.
    public static func printRaw(_ text: String) throws(StandardOutputError) {
        try writeAll(text.utf8.last == 0x0A ? text : text + "\n")
    }

    private static func writeAll(_ text: String) throws(StandardOutputError) {
        let code = StandardStream.write(text, to: STDOUT_FILENO)
        if code != 0 { throw StandardOutputError(code: code) }
    }
}

/// The result could not be written to standard output.
public struct StandardOutputError: Error, CustomStringConvertible {
    let code: Int32

    /// One sentence.
    public var description: String {
        let reason = code == EBADF ? "it is closed" : String(cString: strerror(code))
        return "The result cannot be written to standard output: \(reason)."
    }
}

enum StandardStream {
    /// Writes everything. The stream is the caller's: it may be told not to block, which then means to wait here.
    /// - Returns: 0, or the system's code of what went wrong.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&waiting, 1, -1)
                    continue
                }
                guard count > 0 else { return count < 0 ? errno : EIO }
                done += count
            }
            return 0
        }
    }

    /// Puts something in the place of standard streams that the caller closed, so that no file is opened in their place and
    /// overwritten by what is printed. Writing to them fails as before.
    static func holdClosedPlaces() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one. Not open for writing: what is printed is not lost without a word.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
