import Foundation

/// What the system or a check refused to do with a plain file, where and why.
public struct FilesError: Error, Equatable, Sendable, CustomStringConvertible, LocalizedError {
    /// What was attempted: "read", "write", "remove" or "lock".
    public let operation: String
    /// The path as it was given.
    public let path: String
    /// The reason in plain words, with what to do where there is something to do.
    public let reason: String
    /// The system's error number (`errno`) where the system was the cause, for example `ENOSPC`.
    public let systemError: Int32?

    /// An error with a reason in plain words.
    public init(_ operation: String, _ path: String, _ reason: String, systemError: Int32? = nil) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.systemError = systemError
    }

    /// An error whose reason is an error number of the system.
    public init(_ operation: String, _ path: String, systemError: Int32) {
        self.init(operation, path, Self.reason(systemError), systemError: systemError)
    }

    /// One sentence: what failed, at which path, and why.
    public var description: String { "cannot \(operation) '\(path)': \(reason)" }
    /// The same sentence.
    public var errorDescription: String? { description }

    /// Something has the name, and is not to be replaced.
    static func exists(_ path: String) -> FilesError {
        FilesError(
            "write", path, "it exists already; give --force to replace it, or another name", systemError: EEXIST)
    }

    /// What has the name is neither a regular file nor a folder.
    static func notRegular(_ path: String) -> FilesError {
        FilesError(
            "write", path,
            "it is a pipe, a socket or a device, and only regular files are replaced; choose another name")
    }

    /// The system's words for an error number, with what to do where there is something to do.
    public static func reason(_ systemError: Int32) -> String {
        switch systemError {
        case ENOENT: "no such file or folder"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "it is a folder"
        case ENOSPC: "no space is left on the disk; free some and run again"
        case EDQUOT: "the disk quota is used up; free some space and run again"
        case EFBIG: "the file would be larger than this process may write (see ulimit -f)"
        case EROFS: "the file system is read-only"
        case EAGAIN: "another program has it open for writing"
        default: String(cString: strerror(systemError))
        }
    }
}

extension FilesError: CustomNSError {
    /// The path, under Foundation's key for it.
    public var errorUserInfo: [String: Any] { [NSFilePathErrorKey: path] }
}
