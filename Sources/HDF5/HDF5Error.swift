import Foundation

/// What went wrong in an HDF5 file, where, and what the library or the system said about it.
public struct HDF5Error: Error, Equatable, Sendable {
    /// What was attempted: "open", "read", "write", "create", …
    public let operation: String
    /// The path of the file as it was given.
    public let file: String
    /// The group, dataset or attribute inside the file, where one was concerned.
    public let object: String?
    /// The reason in plain words.
    public let message: String
    /// The system's error number (`errno`) where the system was the cause, for example `ENOSPC`.
    public let systemError: Int32?

    /// An error with a reason in plain words.
    public init(operation: String, file: String, object: String? = nil, message: String, systemError: Int32? = nil) {
        self.operation = operation
        self.file = file
        self.object = object
        self.message = message
        self.systemError = systemError
    }

    /// An error whose reason is an error number of the system.
    public init(operation: String, file: String, object: String? = nil, systemError: Int32) {
        self.init(
            operation: operation, file: file, object: object, message: Self.describe(systemError: systemError),
            systemError: systemError
        )
    }

    /// The system's words for an error number, with what to do where there is something to do.
    static func describe(systemError: Int32) -> String {
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

extension HDF5Error: CustomStringConvertible, LocalizedError {
    /// One sentence: what failed, in which file and object, and why.
    public var description: String {
        let place = object.map { "'\($0)' in '\(file)'" } ?? "'\(file)'"
        return "cannot \(operation) \(place): \(message)"
    }

    /// The same sentence as ``description``.
    public var errorDescription: String? { description }
}
