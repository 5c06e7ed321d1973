import Foundation

/// Keeps a folder to one process. Ends with its owner or with the process.
public final class FolderLock {
    private let descriptor: Int32

    /// - Throws: ``FilesError`` where the folder cannot be opened, or, with the system error `EWOULDBLOCK`, where another process
    ///   holds it.
    public init(_ folder: String) throws(FilesError) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FilesError("lock", folder, systemError: errno) }
        // Some network file systems have no locks; they get none.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw FilesError("lock", folder, "another process works in it", systemError: EWOULDBLOCK)
        }
    }

    deinit { close(descriptor) }
}
