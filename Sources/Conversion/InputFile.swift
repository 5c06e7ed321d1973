import Files
import Foundation

/// A regular file read in pieces.
package final class InputFile: Sendable {
    package let path: String
    /// The name without its folder.
    package let name: String
    package let bytes: Int
    private let descriptor: Int32
    /// The file's state at opening.
    private let state: [Int]

    package init(path: String) throws(ConversionError) {
        let opened = try Self.openRegularFile(path)
        (descriptor, bytes) = (opened.descriptor, opened.bytes)
        state = Self.state(of: descriptor)
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
    }

    deinit { close(descriptor) }

    /// Refuses a file that was written to since it was opened: what was read may be of two versions.
    package func requireUnchanged() throws(ConversionError) {
        guard Self.state(of: descriptor) == state else {
            throw .unreadable(path: path, reason: "it was changed while it was read; try again")
        }
    }

    /// Size, and when content and properties were changed last: a program can set the first time, but not the second.
    private static func state(of descriptor: Int32) -> [Int] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return [] }
        return [
            Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec,
        ]
    }

    /// Fills `buffer` from `offset` on.
    /// - Throws: ``ConversionError`` where the file is shorter or the system refuses.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        let done: Int
        do throws(FilesError) {
            done = try Descriptors.read(descriptor, at: offset, into: buffer, name: path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        guard done == buffer.count else {
            throw .unreadable(path: path, reason: "it became shorter while it was read; try again")
        }
    }

    /// `count` bytes from `offset` on.
    package func read(at offset: Int, count: Int) throws(ConversionError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ConversionError) in try read(at: offset, into: buffer) }
        }
        try result.get()
        return bytes
    }

    /// Opens `path` for reading, which must be a regular file.
    package static func openRegularFile(_ path: String) throws(ConversionError) -> (
        descriptor: Int32, bytes: Int, changed: timespec
    ) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: reason(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let folder = status.st_mode & S_IFMT == S_IFDIR
            throw .unreadable(
                path: path,
                reason: folder ? "it is a folder; give a file" : "it is no ordinary file; give a regular one")
        }
        return (descriptor, Int(status.st_size), status.st_mtim)
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file; check the path"
        case EACCES, EPERM: "permission is denied"
        default: String(cString: strerror(code))
        }
    }
}
