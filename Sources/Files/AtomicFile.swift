import Foundation

/// Writes files all or nothing.
public enum AtomicFile {
    /// Writes a file under a temporary name in the same folder and gives it its final name only once it is complete and
    /// on the disk. A failure, a crash or a full disk leaves whatever stood at `path` untouched, and nothing new there.
    ///
    /// It is made in a ``PartialFolder``, which a killed process leaves behind and a later call for the same path removes.
    /// - Parameters:
    ///   - path: The final path. A symbolic link there stays, and the file it leads to is replaced; a link to nothing is
    ///     refused, and so is everything that is no regular file.
    ///   - overwrites: Whether a file that is there is replaced. If not, the new one gets its name only where nothing has it at
    ///     that moment: of two that are written at once, one fails.
    ///   - contents: Creates and closes the file at the temporary path, which does not exist yet, and checks it if it
    ///     wants to: what it throws is thrown on, after the temporary file was removed.
    /// - Throws: ``FilesError`` where the folder is missing or not writable or the path is a folder; whatever `contents`
    ///   throws.
    public static func replace<Result>(
        _ path: String, overwrites: Bool = true, contents: (_ temporaryPath: String) throws -> Result
    ) throws -> Result {
        let final = resolvingLink(path)
        let folderPath = PathParts.folder(of: final)
        try checkTarget(path, folder: folderPath)
        if !overwrites { try requireNothing(at: final, reportedAs: path) }
        _ = PartialFolder.removeAbandoned(of: final)
        let partial = try PartialFolder(beside: final, reportedAs: path)
        defer { partial.remove() }
        let temporary = partial.content
        do {
            let result = try contents(temporary)
            try synchronise(temporary, reportedAs: path)
            try checkTarget(path, folder: folderPath)
            try give(temporary, itsName: final, overwrites: overwrites, reportedAs: path)
            try synchronise(folderPath, reportedAs: path)
            return result
        } catch let error as FilesError where error.path == temporary {
            // The temporary name means nothing to a user.
            throw FilesError(error.operation, path, error.reason, systemError: error.systemError)
        }
    }

    private static func requireNothing(at final: String, reportedAs path: String) throws(FilesError) {
        var information = stat()
        guard lstat(final, &information) != 0 else { throw FilesError.exists(path) }
    }

    private static func give(
        _ temporary: String, itsName final: String, overwrites: Bool, reportedAs path: String
    ) throws(FilesError) {
        if overwrites {
            guard rename(temporary, final) == 0 else {
                throw FilesError("write", path, systemError: errno)
            }
            return
        }
        // A second name fails where the name is taken, which renaming would not.
        if link(temporary, final) == 0 { return }
        guard errno != EEXIST else { throw FilesError.exists(path) }
        // A file system without second names: an empty file takes the name first, and that fails where it is taken.
        let descriptor = open(final, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? FilesError.exists(path) : FilesError("write", path, systemError: errno)
        }
        close(descriptor)
        guard rename(temporary, final) == 0 else {
            let failure = errno
            unlink(final)
            throw FilesError("write", path, systemError: failure)
        }
    }

    static func resolvingLink(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func checkTarget(_ path: String, folder: String) throws(FilesError) {
        var information = stat()
        guard stat(folder, &information) == 0 else {
            let message = "the folder '\(folder)' does not exist; create it or choose another"
            throw FilesError(
                "write", path, message, systemError: errno)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw FilesError(
                "write", path, "'\(folder)' is not a folder", systemError: ENOTDIR)
        }
        if stat(path, &information) == 0 {
            switch information.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR: throw FilesError("write", path, systemError: EISDIR)
            default: throw FilesError.notRegular(path)
            }
        } else if lstat(path, &information) == 0 {
            throw FilesError(
                "write", path, "it is a link that leads to nothing; remove the link or choose another name")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            let message = "the folder '\(folder)' is not writable"
            throw FilesError(
                "write", path, message, systemError: errno)
        }
    }

    /// Makes a file's (or a folder's) content survive a power cut.
    private static func synchronise(_ path: String, reportedAs reported: String) throws(FilesError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FilesError("write", reported, systemError: errno) }
        defer { close(descriptor) }
        // Some network file systems cannot synchronise folders and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FilesError("write", reported, systemError: errno)
        }
    }
}
