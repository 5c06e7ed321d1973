import Foundation

/// The file behind an open store, watched for writing: rows are read from it for as long as the store is open.
final class OpenedFile: Sendable {
    private let descriptor: Int32
    private let state: [Int]

    /// - Throws: ``StoreError`` where the file cannot be opened.
    init(_ path: String) throws(StoreError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw StoreError(.unreadable, file: path, message: "cannot open it: \(String(cString: strerror(errno)))")
        }
        state = Self.state(of: descriptor)
    }

    deinit { close(descriptor) }

    /// Whether size and time of writing are those of the opening. A file that another one replaces, or that is moved, stays itself.
    var isUnchanged: Bool { Self.state(of: descriptor) == state }

    private static func state(of descriptor: Int32) -> [Int] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return [] }
        return [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }
}
