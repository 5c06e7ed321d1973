import Foundation

/// What people read while a command works.
enum StandardError {
    /// Whether a person looks at it, so that lines may be redrawn.
    static let isTerminal = isatty(STDERR_FILENO) == 1

    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
