import Foundation
import HDF5

/// The text files of a run folder: written whole or not at all, and lines added at the end.
enum TextFile {
    /// Replaces the file at `path` with `text`, atomically.
    static func replace(_ path: String, with text: String) throws {
        try AtomicFile.replace(path) { temporary in
            try write(Array(text.utf8), to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, reportedAs: path)
        }
    }

    /// Adds `text` at the end of the file at `path`.
    static func append(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path, flags: O_WRONLY | O_CREAT | O_APPEND, reportedAs: path)
    }

    private static func write(_ bytes: [UInt8], to path: String, flags: Int32, reportedAs name: String)
        throws(TrainingError)
    {
        let descriptor = open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(name) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let written = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure(name) }
            done += written
        }
    }

    private static func failure(_ name: String) -> TrainingError {
        TrainingError(
            .runFolder,
            "\(name) cannot be written (\(String(cString: strerror(errno)))); make room or rights there and continue with --resume."
        )
    }
}
