import Foundation

/// Text files that are read whole, written whole or not at all, and to whose end lines are added.
public enum TextFile {
    /// As much text as is read: far more than any file of settings holds.
    private static let mostBytes = 1 << 20

    /// Reads a regular file of UTF-8. A pipe or a device, which could keep the reader waiting for ever, is refused.
    /// - Throws: ``FilesError`` where it cannot be read, is no text or is larger than 1 MiB.
    public static func read(_ path: String) throws(FilesError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FilesError("read", path, systemError: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FilesError("read", path, systemError: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FilesError("read", path, isFolder ? "it is a folder" : "it is not a regular file")
        }
        guard status.st_size <= mostBytes else {
            throw FilesError("read", path, "it has \(status.st_size) bytes, more than a text of settings")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let read = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(FilesError) in
                try Descriptors.read(descriptor, at: 0, into: buffer, name: path)
            }
        }
        guard let text = String(validating: bytes.prefix(try read.get()), as: UTF8.self) else {
            throw FilesError("read", path, "it is not a text of UTF-8")
        }
        return text
    }

    /// Replaces the file at `path` with `text`, all or nothing.
    /// - Parameter overwrites: Whether a file that is there is replaced.
    /// - Throws: ``FilesError`` where it cannot be written, or is there and must not be replaced.
    public static func replace(_ path: String, with text: String, overwrites: Bool = true) throws {
        try AtomicFile.replace(path, overwrites: overwrites) { temporary in
            try write(text, to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, name: path)
        }
    }

    /// Removes a file, where there is one.
    /// - Throws: ``FilesError`` where the system refuses.
    public static func remove(_ path: String) throws(FilesError) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw FilesError("remove", path, systemError: errno)
    }

    /// Adds `text` at the end of the file at `path`.
    /// - Throws: ``FilesError`` where it cannot be written.
    public static func append(_ text: String, to path: String) throws(FilesError) {
        try write(text, to: path, flags: O_WRONLY | O_CREAT | O_APPEND, name: path)
    }

    private static func write(_ text: String, to path: String, flags: Int32, name: String) throws(FilesError) {
        // A pipe that nobody reads is an error and no reason to wait; and a link leads to a file that is not ours.
        let descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw FilesError("write", name, systemError: errno) }
        defer { close(descriptor) }
        try Descriptors.write(Array(text.utf8), to: descriptor, name: name)
    }
}
