import Foundation

/// Writes files all or nothing.
public enum AtomicFile {
    /// Writes a file under a temporary name in the same folder and gives it its final name only once it is complete and
    /// on the disk. A failure, a crash or a full disk leaves whatever stood at `path` untouched, and nothing new there.
    ///
    /// The temporary name begins with a point and ends in `.partial`. A killed process leaves it behind; it is harmless,
    /// and a later call for the same path removes it once it has rested for an hour.
    /// - Parameters:
    ///   - path: The final path. A symbolic link there stays, and the file it leads to is replaced.
    ///   - contents: Creates and closes the file at the temporary path, which does not exist yet, and checks it if it
    ///     wants to: what it throws is thrown on, after the temporary file was removed.
    /// - Throws: ``HDF5Error`` where the folder is missing or not writable or the path is a folder; whatever `contents`
    ///   throws.
    public static func replace<Result>(
        _ path: String, contents: (_ temporaryPath: String) throws -> Result
    ) throws -> Result {
        let final = resolvingLink(path)
        let folder = (final as NSString).deletingLastPathComponent
        let folderPath = folder.isEmpty ? "." : folder
        let name = (final as NSString).lastPathComponent
        try checkTarget(path, folder: folderPath)
        removeLeftovers(of: name, in: folderPath)
        let temporary = (folder as NSString).appendingPathComponent(
            ".\(name).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max)).partial")
        do {
            let result = try contents(temporary)
            try synchronise(temporary, reportedAs: path)
            guard rename(temporary, final) == 0 else {
                throw HDF5Error(operation: "write", file: path, systemError: errno)
            }
            try synchronise(folderPath, reportedAs: path)
            return result
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func resolvingLink(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func checkTarget(_ path: String, folder: String) throws(HDF5Error) {
        var information = stat()
        guard stat(folder, &information) == 0 else {
            let message = "the folder '\(folder)' does not exist; create it or choose another"
            throw HDF5Error(operation: "write", file: path, message: message, systemError: errno)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw HDF5Error(
                operation: "write", file: path, message: "'\(folder)' is not a folder", systemError: ENOTDIR)
        }
        if stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
            throw HDF5Error(operation: "write", file: path, systemError: EISDIR)
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            let message = "the folder '\(folder)' is not writable"
            throw HDF5Error(operation: "write", file: path, message: message, systemError: errno)
        }
    }

    /// Makes a file's (or a folder's) content survive a power cut.
    private static func synchronise(_ path: String, reportedAs reported: String) throws(HDF5Error) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HDF5Error(operation: "write", file: reported, systemError: errno) }
        defer { close(descriptor) }
        // Some network file systems cannot synchronise folders and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw HDF5Error(operation: "write", file: reported, systemError: errno)
        }
    }

    private static func removeLeftovers(of name: String, in folder: String) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where entry.hasPrefix(".\(name).") && entry.hasSuffix(".partial") {
            let leftover = (folder as NSString).appendingPathComponent(entry)
            var information = stat()
            guard stat(leftover, &information) == 0, information.st_mtim.tv_sec + 3600 < time(nil) else { continue }
            unlink(leftover)
        }
    }
}
