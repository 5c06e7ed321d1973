import Foundation

/// Keeps a run folder to one process: two that train into it would mix their files. Ends with its owner or with the process.
final class FolderLock {
    private let descriptor: Int32

    /// - Throws: `TrainingError` where another process works in the folder.
    init(_ folder: RunFolder) throws(TrainingError) {
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TrainingError(
                .runFolder,
                "\(folder.path) cannot be opened (\(String(cString: strerror(errno)))); give the folder of a run.")
        }
        // Some network file systems have no locks; they get none.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw TrainingError(
                .runFolder, "another vuemo train is working in \(folder.path); wait for it or stop it first.")
        }
    }

    deinit { close(descriptor) }
}
