import Foundation

/// Text files that are written whole or not at all, and to whose end lines are added.
public enum TextFile {
    /// Replaces the file at `path` with `text`, all or nothing.
    /// - Throws: ``FilesError`` where it cannot be written.
    public static func replace(_ path: String, with text: String) throws {
        try AtomicFile.replace(path) { temporary in
            try write(text, to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, name: path)
        }
    }

    /// Adds `text` at the end of the file at `path`.
    /// - Throws: ``FilesError`` where it cannot be written.
    public static func append(_ text: String, to path: String) throws(FilesError) {
        try write(text, to: path, flags: O_WRONLY | O_CREAT | O_APPEND, name: path)
    }

    private static func write(_ text: String, to path: String, flags: Int32, name: String) throws(FilesError) {
        let descriptor = open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FilesError("write", name, systemError: errno) }
        defer { close(descriptor) }
        try Descriptors.write(Array(text.utf8), to: descriptor, name: name)
    }
}
